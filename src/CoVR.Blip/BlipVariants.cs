using CoVR.Modeling;

namespace CoVR.Blip;

/// <summary>The published BLIP models.</summary>
public static class BlipVariants
{
    /// <summary>ViT-L/16 at 384 pixels, BLIP's retrieval model fine-tuned on COCO: where the reference starts from (<c>blip-l-coco</c>).</summary>
    public static ModelVariant<BlipArchitecture> Large { get; } = new(
        "large",
        BlipArchitecture.Large,
        TextLengths,
        "salesforce/BLIP, model_large_retrieval_coco.pth",
        "BSD-3-Clause");

    /// <summary>ViT-L/16 at 384 pixels, trained on WebVid-CoVR (<c>webvid-covr</c>).</summary>
    public static ModelVariant<BlipArchitecture> LargeCoVR { get; } = new(
        "large-covr",
        BlipArchitecture.Large,
        TextLengths,
        "lucas-ventura/CoVR, webvid-covr.ckpt",
        "MIT, on weights of BLIP (BSD-3-Clause)");

    /// <summary>ViT-B/16 at 384 pixels, BLIP's retrieval model fine-tuned on COCO.</summary>
    public static ModelVariant<BlipArchitecture> Base { get; } = new(
        "base",
        BlipArchitecture.Base,
        TextLengths,
        "salesforce/BLIP, model_base_retrieval_coco.pth",
        "BSD-3-Clause");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ModelVariant<BlipArchitecture>> All { get; } = [Large, LargeCoVR, Base];

    /// <summary>The lengths of the reference: 35 tokens in training, up to 64 in tests, 30 words.</summary>
    internal static TextInput TextLengths => new(TrainingLength: 35, EvaluationLimit: 64, MaxWords: 30) { CaptionLimit = 30 };

    /// <summary>Finds a variant; case does not matter.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The variant, or null.</returns>
    public static ModelVariant<BlipArchitecture>? Find(string name) => BlipModel.Family.Find(name);
}
