using System.ComponentModel.DataAnnotations;

namespace CoVR.Extensions.AI.Embeddings;

/// <summary>How a pair of embedding generators makes a model.</summary>
public sealed class EmbeddingGeneratorsOptions
{
    /// <summary>The model's name in fingerprints and messages.</summary>
    /// <value>Null by default: the generators' own model ids.</value>
    public string? Model { get; set; }

    /// <summary>D, which is asked of both generators.</summary>
    /// <value>Null by default: what the generators make. At least 1.</value>
    [Range(1, 65536)]
    public int? Dimensions { get; set; }

    /// <summary>Put before every text, as models that follow instructions want it, with its own space or colon at the end.</summary>
    /// <value>Empty by default.</value>
    [Required(AllowEmptyStrings = true)]
    public string Instruction { get; set; } = "";

    /// <summary>The share w of the reference in a query of both parts: w · reference + (1 − w) · text, made unit length.</summary>
    /// <value>0.5 by default; 0 to 1. Not used with <see cref="FusionHead"/>.</value>
    [Range(0.0, 1.0)]
    public double ReferenceWeight { get; set; } = 0.5;

    /// <summary>A weights file (safetensors, <c>.pth</c>) of a trained linear head: <c>weight</c> [D, 2 D] and optionally <c>bias</c> [D], applied to the reference followed by the text.</summary>
    /// <value>Null by default: the weighted sum.</value>
    public string? FusionHead { get; set; }

    /// <summary>The longer side of the pictures that are sent, in pixels; larger ones are shrunk.</summary>
    /// <value>512 by default; 16 to 8192.</value>
    [Range(16, 8192)]
    public int PictureSize { get; set; } = 512;

    /// <summary>How often a request is repeated while the service throttles, times out or cannot be reached; clients that repeat by themselves do so besides.</summary>
    /// <value>4 by default, after 1, 2, 4 and 8 seconds with jitter; 0 to 20.</value>
    [Range(0, 20)]
    public int Retries { get; set; } = 4;
}
