using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Blip;

/// <summary>The sizes of a BLIP model; use <c>with</c> to derive smaller ones from the published ones.</summary>
public sealed record BlipArchitecture : ComposedArchitecture
{
    /// <summary>Starts with ViT-L/16 at 384 pixels, BERT-base with cross attention in every layer and 256 dimensions.</summary>
    public BlipArchitecture()
        : base(ImageInput.Clip(384), new VisionTransformerOptions(), new BertOptions())
    {
    }

    /// <summary>
    /// BLIP: its published models and how to create them. The variants are <c>large</c> (ViT-L/16 at 384 pixels, BLIP's retrieval model fine-tuned on COCO, where the reference starts from), <c>large-covr</c>
    /// (the same trained on WebVid-CoVR) and <c>base</c> (ViT-B/16 at 384 pixels, fine-tuned on COCO).
    /// </summary>
    public static ModelFamily Family => BlipBuilderExtensions.Family;

    /// <summary>BLIP with ViT-L/16 at 384 pixels: the model of the papers.</summary>
    public static BlipArchitecture Large { get; } = new();

    /// <summary>BLIP with ViT-B/16 at 384 pixels, without stochastic depth.</summary>
    public static BlipArchitecture Base { get; } = new()
    {
        Vision = new VisionTransformerOptions { Width = 768, Depth = 12, Heads = 12, FeedForwardWidth = 3072, DropPath = 0 },
    };

    /// <summary>The id that replaces [CLS] when a text is read together with a picture; null for the last of the vocabulary.</summary>
    /// <value>Null: [ENC] is the last.</value>
    public int? EncoderToken { get; init; }

    /// <summary>Whether there is a projection of targets, <c>vision_proj</c>.</summary>
    /// <value>True; the reference's text-only variant has none, and then targets cannot be embedded.</value>
    public bool VisionHead { get; init; } = true;

    /// <summary>Whether the temperature is a parameter, <c>temp</c>.</summary>
    /// <value>False; the reference's embedding tool has it.</value>
    public bool TemperatureParameter { get; init; }
}
