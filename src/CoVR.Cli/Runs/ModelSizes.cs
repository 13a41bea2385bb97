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
    /// <summary>Variant, sizes (null for the variant's own) and name (null for the usual one) of BLIP.</summary>
    public (string Variant, BlipArchitecture? Sizes, string? Name) Blip()
    {
        var values = config.Bind<BlipValues>("model.model");
        var variant = values.Vit ?? BlipValues.VitNames["large"];
        var sizes = (BlipArchitecture)variant.Architecture with { Image = ImageInput.Clip(values.ImageSize), Dimensions = values.EmbedDim };
        var isPublished = sizes == variant.Architecture && !HasOwn;
        if (!values.VitGradCkpt || values.VitCkptLayer != 12)
        {
            sizes = sizes with { Vision = sizes.Vision with { CheckpointedBlocks = values.VitGradCkpt ? values.VitCkptLayer : 0 } };
        }

        return Finish("blip", variant, ArchitectureSection.Apply(config, sizes), isPublished);
    }

    /// <summary>Variant, sizes (null for the variant's own) and name (null for the usual one) of BLIP-2.</summary>
    public (string Variant, Blip2Architecture? Sizes, string? Name) Blip2()
    {
        var values = config.Bind<Blip2Values>("model.model");
        var small = Blip2Architecture.Family.Find("pretrain")!;
        var variant = values.VitModel ?? Blip2Values.VitModelNames["eva_clip_g"];
        variant = variant.Name == "coco" && values.ImageSize == small.Architecture.Image.Size ? small : variant;
        var sizes = (Blip2Architecture)variant.Architecture with { Image = ImageInput.Clip(values.ImageSize), Queries = values.NumQueryToken };
        var isPublished = sizes == variant.Architecture && !HasOwn;
        sizes = sizes with
        {
            Vision = sizes.Vision with
            {
                CheckpointedBlocks = values.UseGradCheckpoint ? sizes.Vision.CheckpointedBlocks : 0,
                DropPath = values.DropPathRate ?? sizes.Vision.DropPath,
            },
        };
        return Finish("blip2", variant, ArchitectureSection.Apply(config, sizes), isPublished);
    }

    private bool HasOwn => config.Names("model.architecture").Count > 0;

    // Activation checkpointing and dropout do not change embeddings, so they are not part of the name that stores record.
    private static (string Variant, T? Sizes, string? Name) Finish<T>(string family, ModelFamily.Variant variant, T sizes, bool isPublished)
        where T : ComposedArchitecture => sizes.Equals(variant.Architecture)
            ? (variant.Name, null, null)
            : (variant.Name, sizes, isPublished ? FormattableString.Invariant($"{family}-{variant.Name}-{sizes.Image.Size}") : null);

    private sealed record BlipValues(int ImageSize, ModelFamily.Variant? Vit = null, int EmbedDim = 256, bool VitGradCkpt = true, int VitCkptLayer = 12)
    {
        public static readonly Dictionary<string, ModelFamily.Variant> VitNames = new(StringComparer.Ordinal)
        {
            ["large"] = BlipArchitecture.Family.Find("large")!,
            ["base"] = BlipArchitecture.Family.Find("base")!,
        };
    }

    private sealed record Blip2Values(int ImageSize, ModelFamily.Variant? VitModel = null, int NumQueryToken = 32, bool UseGradCheckpoint = true, double? DropPathRate = null)
    {
        public static readonly Dictionary<string, ModelFamily.Variant> VitModelNames = new(StringComparer.Ordinal)
        {
            ["eva_clip_g"] = Blip2Architecture.Family.Find("coco")!,
            ["clip_L"] = Blip2Architecture.Family.Find("pretrain_vitL")!,
        };
    }
}
