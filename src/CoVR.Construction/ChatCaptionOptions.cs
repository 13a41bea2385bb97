using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>How a model that sees pictures is asked for captions.</summary>
public sealed class ChatCaptionOptions : ChatCallOptions
{
    /// <summary>A file with the prompt; <c>{words}</c> becomes <see cref="MaxWords"/>. It must ask for JSON: <c>{"caption": "…"}</c>.</summary>
    /// <value>Null by default: a built-in prompt in English.</value>
    public string? PromptFile { get; set; }

    /// <summary>The longer side of the picture that is sent, in pixels; larger ones are made smaller.</summary>
    /// <value>512 by default; 32 to 4096.</value>
    [Range(32, 4096)]
    public int LongerSide { get; set; } = 512;

    /// <summary>Longer captions are refused, in words.</summary>
    /// <value>20 by default; 1 to 250.</value>
    [Range(1, 250)]
    public int MaxWords { get; set; } = 20;

    /// <summary>Calls for one picture until a caption is usable; then the item is dropped.</summary>
    /// <value>2 by default; 1 to 10.</value>
    [Range(1, 10)]
    public int Attempts { get; set; } = 2;

    /// <summary>Calls at the same time.</summary>
    /// <value>4 by default; at least 1.</value>
    [Range(1, 1024)]
    public int Concurrency { get; set; } = 4;
}
