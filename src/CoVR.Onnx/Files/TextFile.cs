using System.ComponentModel.DataAnnotations;

namespace CoVR.Onnx.Files;

/// <summary>The JSON that describes a text encoder: see docs/engines.md.</summary>
internal sealed record TextFile : EncoderFile
{
    /// <summary>The vocabulary of WordPiece, one token a line, relative to the JSON.</summary>
    [Required]
    public required string Vocabulary { get; init; }

    /// <summary>Whether texts are lower-cased and lose their accents.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>The largest T.</summary>
    [Range(2, 8192)]
    public int MaxLength { get; init; } = 512;

    /// <summary>The input of token ids.</summary>
    [Required]
    public string Ids { get; init; } = "input_ids";

    /// <summary>The input of the mask; null if there is none.</summary>
    public string? Mask { get; init; } = "attention_mask";

    /// <summary>The input of token types, all 0; null if there is none.</summary>
    public string? Types { get; init; }

    /// <summary>How the vectors of tokens become that of the text.</summary>
    public TokenPooling Pooling { get; init; } = TokenPooling.Mean;
}

/// <summary>How the vectors of tokens become that of the text.</summary>
internal enum TokenPooling
{
    /// <summary>The mean over tokens that are no padding.</summary>
    Mean,

    /// <summary>The first token, [CLS].</summary>
    First,

    /// <summary>Tokens stay as they are.</summary>
    None,
}
