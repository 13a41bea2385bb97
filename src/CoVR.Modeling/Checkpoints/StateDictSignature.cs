using System.Globalization;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Recognizes a model by the keys and shapes of its state dict, and explains in one sentence why weights do not fit.</summary>
/// <remarks>Knows the names of BLIP (<c>src/model/blip</c>), LAVIS' BLIP-2 (<c>lavis/models/blip2_models</c>, <c>eva_vit.py</c>, <c>clip_vit.py</c>) and the transformers library.</remarks>
/// <param name="Family">The model family in words, or null.</param>
/// <param name="Visual">The kind of its visual encoder in words, or null.</param>
/// <param name="Width">C, the width of its visual tokens; 0 if unknown.</param>
/// <param name="Depth">The blocks of its visual encoder; 0 if unknown.</param>
/// <param name="ImageSize">S, from patch size and positions; 0 if unknown.</param>
/// <param name="Words">The words of its vocabulary; 0 if unknown.</param>
internal sealed record StateDictSignature(string? Family, string? Visual, long Width, int Depth, long ImageSize, long Words)
{
    private const string VisualPrefix = "visual_encoder.";
    private const string WordsEnding = "embeddings.word_embeddings.weight";

    /// <summary>Recognizes a state dict.</summary>
    /// <param name="shapes">Its keys, as our modules name them, and shapes.</param>
    public static StateDictSignature Of(IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        var patch = Find(shapes, VisualPrefix + "patch_embed.proj.weight") ?? Find(shapes, VisualPrefix + "conv1.weight");
        var positions = Find(shapes, VisualPrefix + "pos_embed") ?? Find(shapes, VisualPrefix + "positional_embedding");
        var words = shapes.FirstOrDefault(pair => pair.Key.EndsWith(WordsEnding, StringComparison.Ordinal)).Value;
        return new StateDictSignature(
            FamilyOf(shapes), VisualOf(shapes), patch is [var width, ..] ? width : 0, DepthOf(shapes.Keys), ImageSizeOf(patch, positions), words is [var count, ..] ? count : 0);
    }

    /// <summary>Reads the signature of tensors in a file; a leading <c>module.</c> of distributed training does not count.</summary>
    public static StateDictSignature Of(IReadOnlyDictionary<string, CheckpointTensor> tensors)
    {
        const string distributed = "module.";
        var shapes = new Dictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal);
        foreach (var (key, tensor) in tensors)
        {
            shapes[key.StartsWith(distributed, StringComparison.Ordinal) ? key[distributed.Length..] : key] = tensor.Shape;
        }

        return Of(shapes);
    }

    /// <summary>The family as options and catalogues name it, where it is one of ours.</summary>
    public string? FamilyName => Family switch
    {
        "BLIP" => "blip",
        "BLIP-2" => "blip2",
        _ => Family,
    };

    /// <summary>The sizes that are known, to be appended to a line.</summary>
    public string DescribeSizes() => FormattableString.Invariant(
        $"{(Depth > 0 ? $", visual encoder {Width} wide, {Depth} deep" : "")}{(ImageSize > 0 ? $", {ImageSize} pixels" : "")}");

    /// <summary>Why weights of this kind do not fit a model of another; null if keys and shapes do not tell.</summary>
    public string? Misfit(StateDictSignature model)
    {
        if (Family is not null && model.Family is not null && Family != model.Family)
        {
            return $"The file holds {Family}, but the model is {model.Family}: use weights of its family, or the other model (UseBlip, UseBlip2).";
        }

        if ((Visual is not null && model.Visual is not null && Visual != model.Visual) || Differ(Width, model.Width) || Differ(Depth, model.Depth))
        {
            return $"The file's visual encoder is {DescribeVisual()}, but the model's is {model.DescribeVisual()}: choose the variant that the weights belong to (the option Variant or Architecture).";
        }

        if (Differ(Words, model.Words))
        {
            return $"The file's vocabulary has {Words} words, but the model's has {model.Words}: use the vocabulary that the weights were trained with (bert-base-uncased's vocab.txt for the released ones).";
        }

        return Differ(ImageSize, model.ImageSize)
            ? $"The file is for pictures of {ImageSize} pixels, but the model is for {model.ImageSize}: choose the variant that the weights belong to (the option Variant or Architecture)."
            : null;
    }

    private static bool Differ(long left, long right) => left > 0 && right > 0 && left != right;

    private static IReadOnlyList<long>? Find(IReadOnlyDictionary<string, IReadOnlyList<long>> shapes, string key) => shapes.GetValueOrDefault(key);

    private static string? FamilyOf(IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        if (shapes.Keys.Any(key => key.StartsWith("vision_model.", StringComparison.Ordinal) || key.StartsWith("qformer.", StringComparison.Ordinal)))
        {
            return "weights in the transformers library's names (vision_model.…, qformer.…), which are not supported";
        }

        if (shapes.ContainsKey("query_tokens") || shapes.Keys.Any(key => key.StartsWith("Qformer.", StringComparison.Ordinal)))
        {
            return "BLIP-2";
        }

        if (shapes.Keys.Any(key => key.StartsWith("text_encoder.", StringComparison.Ordinal)))
        {
            return "BLIP";
        }

        return shapes.ContainsKey("patch_embed.proj.weight") || shapes.ContainsKey("conv1.weight")
            ? "a visual encoder alone (eva_vit_g.pth and clip_vit_L.pth are such files)"
            : null;
    }

    private static string? VisualOf(IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        if (shapes.ContainsKey(VisualPrefix + "class_embedding") || shapes.ContainsKey(VisualPrefix + "conv1.weight"))
        {
            return "CLIP's ViT";
        }

        if (shapes.ContainsKey(VisualPrefix + "blocks.0.attn.q_bias"))
        {
            return "EVA's ViT";
        }

        return shapes.ContainsKey(VisualPrefix + "blocks.0.attn.qkv.weight") ? "a ViT" : null;
    }

    private static int DepthOf(IEnumerable<string> keys)
    {
        var depth = 0;
        foreach (var key in keys.Where(key => key.StartsWith(VisualPrefix, StringComparison.Ordinal)))
        {
            var parts = key.Split('.');
            var at = Math.Max(Array.IndexOf(parts, "blocks"), Array.IndexOf(parts, "resblocks"));
            if (at > 0 && at + 1 < parts.Length && int.TryParse(parts[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                depth = Math.Max(depth, number + 1);
            }
        }

        return depth;
    }

    private static long ImageSizeOf(IReadOnlyList<long>? patch, IReadOnlyList<long>? positions)
    {
        if (patch is not [_, _, var side, _] || positions is not [.., var tokens, _])
        {
            return 0;
        }

        var grid = (long)Math.Round(Math.Sqrt(Math.Max(0, tokens - 1)));
        return grid * grid == tokens - 1 ? grid * side : 0;
    }

    private string DescribeVisual() => string.Create(
        CultureInfo.InvariantCulture, $"{Visual ?? "of another kind"}{(Width > 0 ? $", {Width} wide" : "")}{(Depth > 0 ? $", {Depth} blocks" : "")}");
}
