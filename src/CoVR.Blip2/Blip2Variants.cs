using CoVR.Modeling;

namespace CoVR.Blip2;

/// <summary>The published BLIP-2 models. CoVR-2's own checkpoints have the sizes of <see cref="Coco"/>.</summary>
public static class Blip2Variants
{
    /// <summary>EVA's ViT-g/14 at 364 pixels, fine-tuned on COCO: where CoVR-2 starts from (<c>blip2-l-coco</c>).</summary>
    public static ModelVariant<Blip2Architecture> Coco { get; } = new(
        "coco",
        Blip2Architecture.EvaGiant364,
        TextLengths,
        Lavis + "blip2_finetune_coco.pth",
        "BSD-3-Clause");

    /// <summary>EVA's ViT-g/14 at 224 pixels, pretrained.</summary>
    public static ModelVariant<Blip2Architecture> Pretrain { get; } = new(
        "pretrain",
        Blip2Architecture.EvaGiant224,
        TextLengths,
        Lavis + "blip2_pretrained.pth",
        "BSD-3-Clause");

    /// <summary>CLIP's ViT-L/14 at 224 pixels, pretrained.</summary>
    public static ModelVariant<Blip2Architecture> PretrainVitL { get; } = new(
        "pretrain_vitL",
        Blip2Architecture.ClipLarge224,
        TextLengths,
        Lavis + "blip2_pretrained_vitL.pth",
        "BSD-3-Clause");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ModelVariant<Blip2Architecture>> All { get; } = [Coco, Pretrain, PretrainVitL];

    /// <summary>The lengths of the reference: 32 tokens in training, up to 32 in validation and 64 in tests, 30 words.</summary>
    internal static TextInput TextLengths => new(TrainingLength: 32, EvaluationLimit: 64, MaxWords: 30) { CaptionLimit = 512, ValidationLimit = 32 };

    private static string Lavis => "https://storage.googleapis.com/sfr-vision-language-research/LAVIS/models/BLIP2/";

    /// <summary>Finds a variant; case does not matter.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The variant, or null.</returns>
    public static ModelVariant<Blip2Architecture>? Find(string name) => Blip2Model.Family.Find(name);
}
