using System.ComponentModel.DataAnnotations;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Blip2;

/// <summary>The sizes of a BLIP-2 model; use <c>with</c> to derive smaller ones from the published ones.</summary>
public sealed record Blip2Architecture : ComposedArchitecture
{
    // LAVIS' create_eva_vit_g and create_clip_vit_L, both without their last block. Neither ends with a norm: BLIP-2 has its own, ln_vision.
    private static readonly VisionTransformerOptions EvaGiant = new()
    {
        PatchSize = 14,
        Width = 1408,
        Depth = 39,
        Heads = 16,
        FeedForwardWidth = 6144,
        KeyBias = false,
        DropPath = 0,
        FinalNorm = false,
        DepthScaledInitialization = true,
        CheckpointedBlocks = 39,
    };

    private static readonly VisionTransformerOptions ClipLarge = new()
    {
        ClipLayout = true,
        PatchSize = 14,
        Width = 1024,
        Depth = 23,
        Heads = 16,
        FeedForwardWidth = 4096,
        NormEpsilon = 1e-5,
        QuickGelu = true,
        DropPath = 0,
        FinalNorm = false,
        CheckpointedBlocks = 10,
    };

    // BERT-base with [DEC], and cross attention in every second layer.
    private static readonly BertOptions QFormerBase = new()
    {
        VocabularySize = 30523,
        PaddingIndex = null,
        CrossAttentionFrequency = 2,
        QueryFeedForward = true,
    };

    /// <summary>Starts with EVA's ViT-g/14 at 364 pixels, a Q-Former of BERT-base and 256 dimensions.</summary>
    public Blip2Architecture()
        : base(ImageInput.Clip(364), EvaGiant, QFormerBase)
    {
    }

    /// <summary>
    /// BLIP-2: its published models and how to create them. The variants are <c>coco</c> (EVA's ViT-g/14 at 364 pixels, fine-tuned on COCO, where CoVR-2 starts from; its own checkpoints have the same sizes),
    /// <c>pretrain</c> (EVA's ViT-g/14 at 224 pixels) and <c>pretrain_vitL</c> (CLIP's ViT-L/14 at 224 pixels).
    /// </summary>
    public static ModelFamily Family => Blip2BuilderExtensions.Family;

    /// <summary>EVA's ViT-g/14 at 364 pixels: the model of CoVR-2.</summary>
    public static Blip2Architecture EvaGiant364 { get; } = new();

    /// <summary>EVA's ViT-g/14 at 224 pixels.</summary>
    public static Blip2Architecture EvaGiant224 { get; } = new() { Image = ImageInput.Clip(224) };

    /// <summary>CLIP's ViT-L/14 at 224 pixels.</summary>
    public static Blip2Architecture ClipLarge224 { get; } = new() { Image = ImageInput.Clip(224), Vision = ClipLarge };

    /// <summary>Q, the learnt queries of the Q-Former: the vectors of a target and of a query.</summary>
    /// <value>32.</value>
    [Range(1, 4096)]
    public int Queries { get; init; } = 32;

    /// <summary>Whether there is a projection of texts and queries, <c>text_proj</c>.</summary>
    /// <value>True; the reference's visual-only variant has none, and then only targets and references can be embedded.</value>
    public bool TextHead { get; init; } = true;
}
