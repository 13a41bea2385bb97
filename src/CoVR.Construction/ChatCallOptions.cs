using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>How a chat model is called, how fast, and for how much.</summary>
public abstract class ChatCallOptions
{
    private protected ChatCallOptions()
    {
    }

    /// <summary>The model; sent with every call, and part of what answers are remembered by.</summary>
    /// <value>Null by default: the client's own default.</value>
    public string? Model { get; set; }

    /// <summary>How often a call is repeated that the service did not answer; then the stage stops, to be resumed by another run.</summary>
    /// <value>6 by default; 0 to 100.</value>
    [Range(0, 100)]
    public int Retries { get; set; } = 6;

    /// <summary>The wait before the first repetition; it doubles with each. Where the service asks for a longer one (see <see cref="RetryAfterHandler"/>), all calls wait for that.</summary>
    /// <value>One second by default.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a call may take; then it counts as not answered.</summary>
    /// <value>Two minutes by default; more than zero.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "24.00:00:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The tokens, read and written, after which the stage stops, counted over all runs with one journal; calls under way are finished.</summary>
    /// <value>0 by default: no limit.</value>
    [Range(0, long.MaxValue)]
    public long TokenBudget { get; set; }

    /// <summary>Calls that may start in a minute, evenly spaced.</summary>
    /// <value>0 by default: no limit.</value>
    [Range(0, int.MaxValue)]
    public int RequestsPerMinute { get; set; }

    /// <summary>Tokens, read and written, that may be spent in a minute: after a call, the next waits until its tokens fit.</summary>
    /// <value>0 by default: no limit.</value>
    [Range(0, int.MaxValue)]
    public int TokensPerMinute { get; set; }

    /// <summary>The price of a million tokens that the model reads, in any currency, for estimates.</summary>
    /// <value>0 by default: costs are not stated.</value>
    [Range(0, double.MaxValue)]
    public double InputPrice { get; set; }

    /// <summary>The price of a million tokens that the model writes.</summary>
    /// <value>0 by default: costs are not stated.</value>
    [Range(0, double.MaxValue)]
    public double OutputPrice { get; set; }
}
