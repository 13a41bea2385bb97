using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>How a language model is asked for modification texts.</summary>
public sealed class ChatEditOptions : ChatCallOptions
{
    /// <summary>
    /// A file with the prompt; <c>{reference}</c>, <c>{target}</c>, <c>{removed}</c>, <c>{added}</c>, <c>{count}</c> and <c>{examples}</c> are filled in.
    /// </summary>
    /// <value>Null by default: a built-in prompt in English.</value>
    public string? PromptFile { get; set; }

    /// <summary>
    /// A file of examples, one JSON object a line: <c>{"reference": "a red car", "target": "a blue car", "edits": ["make it blue"]}</c>. They take the place of
    /// <c>{examples}</c> in the prompt.
    /// </summary>
    /// <value>Null by default: one built-in example.</value>
    public string? ExamplesFile { get; set; }

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
}
