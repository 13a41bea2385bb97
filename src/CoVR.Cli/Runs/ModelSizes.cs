using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Reproduction.Configuration;

namespace CoVR.Cli.Runs;

/// <summary>The sizes of the model: the published ones, what <c>model.model</c> changes, and what <c>model.architecture</c> sets.</summary>
/// <param name="config">The configuration.</param>
internal sealed class ModelSizes(ComposedConfiguration config)
{
    private static readonly Dictionary<string, ModelVariant> BlipViTs = new(StringComparer.Ordinal)
    {
        ["large"] = BlipArchitecture.Family.Find("large")!,
        ["base"] = BlipArchitecture.Family.Find("base")!,
    };

    private static readonly Dictionary<string, ModelVariant> Blip2ViTs = new(StringComparer.Ordinal)
    {
        ["eva_clip_g"] = Blip2Architecture.Family.Find("coco")!,
        ["clip_L"] = Blip2Architecture.Family.Find("pretrain_vitL")!,
    };

    /// <summary>Variant, sizes (null for the variant's own) and name (null for the usual one) of BLIP.</summary>
    public (string Variant, BlipArchitecture? Sizes, string? Name) Blip()
    {
        var variant = config.OneOf("model.model.vit", BlipViTs, "large");
        var sizes = (BlipArchitecture)variant.Architecture with { Image = Image(), Dimensions = config.Whole("model.model.embed_dim", 256) };
        var isPublished = sizes == variant.Architecture && !HasOwn;
        if (!config.Flag("model.model.vit_grad_ckpt", true) || config.Whole("model.model.vit_ckpt_layer", 12) != 12)
        {
            var kept = config.Flag("model.model.vit_grad_ckpt", true) ? config.Whole("model.model.vit_ckpt_layer", 12) : 0;
            sizes = sizes with { Vision = sizes.Vision with { CheckpointedBlocks = kept } };
        }

        return Finish("blip", variant, ArchitectureSection.Apply(config, sizes), isPublished);
    }

    /// <summary>Variant, sizes (null for the variant's own) and name (null for the usual one) of BLIP-2.</summary>
    public (string Variant, Blip2Architecture? Sizes, string? Name) Blip2()
    {
        var size = config.Whole("model.model.image_size");
        var variant = config.OneOf("model.model.vit_model", Blip2ViTs, "eva_clip_g");
        var small = Blip2Architecture.Family.Find("pretrain")!;
        variant = variant.Name == "coco" && size == small.Architecture.Image.Size ? small : variant;
        var sizes = (Blip2Architecture)variant.Architecture with { Image = Image(), Queries = config.Whole("model.model.num_query_token", 32) };
        var isPublished = sizes == variant.Architecture && !HasOwn;
        if (!config.Flag("model.model.use_grad_checkpoint", true))
        {
            sizes = sizes with { Vision = sizes.Vision with { CheckpointedBlocks = 0 } };
        }

        if (config.Number("model.model.drop_path_rate", sizes.Vision.DropPath) is var drop && drop != sizes.Vision.DropPath)
        {
            sizes = sizes with { Vision = sizes.Vision with { DropPath = drop } };
        }

        return Finish("blip2", variant, ArchitectureSection.Apply(config, sizes), isPublished);
    }

    private bool HasOwn => config.Names("model.architecture").Count > 0;

    private ImageInput Image() => ImageInput.Clip(config.Whole("model.model.image_size"));

    // Activation checkpointing and dropout do not change embeddings, so they are not part of the name that stores record.
    private static (string Variant, T? Sizes, string? Name) Finish<T>(string family, ModelVariant variant, T sizes, bool isPublished)
        where T : ComposedArchitecture => sizes.Equals(variant.Architecture)
            ? (variant.Name, null, null)
            : (variant.Name, sizes, isPublished ? FormattableString.Invariant($"{family}-{variant.Name}-{sizes.Image.Size}") : null);
}
