using CoVR.Modeling.Layers;

namespace CoVR.Blip2;

/// <summary>The visual encoders of BLIP-2's published models; <c>with</c> makes small ones of them.</summary>
/// <remarks>Neither ends with a norm: BLIP-2 has its own, <c>ln_vision</c>. Both read patches of 14 pixels.</remarks>
public static class Blip2Vision
{
    /// <summary>EVA's ViT-g/14 without its last block (LAVIS' <c>create_eva_vit_g</c>): 39 blocks of width 1408.</summary>
    public static VisionTransformerOptions EvaGiant { get; } = new()
    {
        PatchSize = 14,
        Width = 1408,
        Depth = 39,
        Heads = 16,
        FeedForwardWidth = 6144,
        QkvBias = QkvBias.QueryAndValue,
        DropPath = 0,
        FinalNorm = false,
        CalmBranches = true,
        CheckpointedBlocks = 39,
    };

    /// <summary>CLIP's ViT-L/14 without its last block (LAVIS' <c>create_clip_vit_L</c>): 23 blocks of width 1024.</summary>
    public static VisionTransformerOptions ClipLarge { get; } = new()
    {
        Layout = VisionLayout.Clip,
        PatchSize = 14,
        Width = 1024,
        Depth = 23,
        Heads = 16,
        FeedForwardWidth = 4096,
        NormEpsilon = 1e-5,
        Activation = Activation.QuickGelu,
        DropPath = 0,
        FinalNorm = false,
        CheckpointedBlocks = 10,
    };
}
