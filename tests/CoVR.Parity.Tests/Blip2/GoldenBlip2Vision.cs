using System.Text.Json;
using CoVR.Modeling.Layers;

namespace CoVR.Parity.Tests.Blip2;

/// <summary>Reads the visual encoders of BLIP-2 off a configuration.</summary>
internal static class GoldenBlip2Vision
{
    /// <summary>EVA or CLIP, whichever the names of the sizes belong to.</summary>
    public static VisionTransformerOptions Options(JsonElement vit) => vit.TryGetProperty("embed_dim", out _) ? Eva(vit) : Clip(vit);

    private static VisionTransformerOptions Eva(JsonElement vit) => new CoVR.Blip2.Blip2Architecture().Vision with
    {
        PatchSize = vit.GetProperty("patch_size").GetInt32(),
        Width = vit.GetProperty("embed_dim").GetInt32(),
        Depth = vit.GetProperty("depth").GetInt32(),
        Heads = vit.GetProperty("num_heads").GetInt32(),
        FeedForwardWidth = (int)(vit.GetProperty("embed_dim").GetInt32() * vit.GetProperty("mlp_ratio").GetDouble()),
        QkvBias = vit.GetProperty("qkv_bias").GetBoolean(),
        KeyBias = false,
        NormEpsilon = vit.GetProperty("norm_eps").GetDouble(),
    };

    private static VisionTransformerOptions Clip(JsonElement vit) => CoVR.Blip2.Blip2Architecture.ClipLarge224.Vision with
    {
        PatchSize = vit.GetProperty("patch_size").GetInt32(),
        Width = vit.GetProperty("width").GetInt32(),
        Depth = vit.GetProperty("layers").GetInt32(),
        Heads = vit.GetProperty("heads").GetInt32(),
        FeedForwardWidth = 4 * vit.GetProperty("width").GetInt32(),
        NormEpsilon = vit.GetProperty("ln_eps").GetDouble(),
    };
}
