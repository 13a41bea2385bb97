using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>How a language model is asked for modification texts.</summary>
public sealed class ChatEditOptions
{
    /// <summary>The model; sent with every call, and part of what answers are remembered by.</summary>
    /// <value>Null by default: the client's own default.</value>
    public string? Model { get; set; }

    /// <summary>
    /// A file with the prompt; <c>{reference}</c>, <c>{target}</c>, <c>{removed}</c>, <c>{added}</c> and <c>{count}</c> are filled in. Put examples of your own there.
    /// </summary>
    /// <value>Null by default: a built-in prompt in English.</value>
    public string? PromptFile { get; set; }

    /// <summary>Texts asked for in one call.</summary>
    /// <value>3 by default; 1 to 20.</value>
    [Range(1, 20)]
    public int Candidates { get; set; } = 3;

    /// <summary>Calls for one change until a text passes the checks; then the pair is dropped.</summary>
    /// <value>3 by default; 1 to 10.</value>
    [Range(1, 10)]
    public int Attempts { get; set; } = 3;

    /// <summary>Longer texts fail the checks, in words.</summary>
    /// <value>20 by default; 1 to 100.</value>
    [Range(1, 100)]
    public int MaxWords { get; set; } = 20;

    /// <summary>How often a call is repeated that the service did not answer; then the stage stops, to be resumed by another run.</summary>
    /// <value>6 by default; 0 to 100.</value>
    [Range(0, 100)]
    public int Retries { get; set; } = 6;

    /// <summary>The wait before the first repetition; it doubles with each.</summary>
    /// <value>One second by default.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The tokens, read and written, after which the stage stops, counted over all runs with one journal.</summary>
    /// <value>0 by default: no limit.</value>
    [Range(0, long.MaxValue)]
    public long TokenBudget { get; set; }
}
