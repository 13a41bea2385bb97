using CoVR.Modeling;

namespace CoVR.Checkpoints;

/// <summary>The weights that the authors of BLIP, BLIP-2, CoVR and CoVR-2 released, by the names of the reference's options.</summary>
/// <remarks>
/// Follows <c>configs/model/ckpt/*.yaml</c> and <c>tools/scripts/download_pretrained_models.sh</c> of lucas-ventura/CoVR, the model
/// table of salesforce/BLIP's README and <c>lavis/configs/models/blip2</c> of salesforce/LAVIS. None of them states lengths or
/// hashes of the files, so that there are none here. One name may be two families': <c>webvid-covr</c> is; <c>blip2/webvid-covr</c> is one.
/// </remarks>
public static class CheckpointCatalog
{
    /// <summary>The name of the BLIP family.</summary>
    public const string Blip = "blip";

    /// <summary>The name of the BLIP-2 family.</summary>
    public const string Blip2 = "blip2";

    private const string Storage = "https://storage.googleapis.com/sfr-vision-language-research/";
    private const string Salesforce = "BSD-3-Clause";
    private const string CoVRLicense = "MIT, on weights of BLIP (BSD-3-Clause)";
    private const string CoVR2License = "MIT, on weights of BLIP-2 (BSD-3-Clause)";

    private static readonly TextInput BlipText = new(TrainingLength: 35, EvaluationLimit: 64, MaxWords: 30);
    private static readonly TextInput Blip2Text = new(TrainingLength: 32, EvaluationLimit: 64, MaxWords: 30);

    /// <summary>All entries, those of BLIP first.</summary>
    public static IReadOnlyList<CheckpointEntry> All { get; } =
    [
        BlipModel("blip-l-coco", "model_large_retrieval_coco.pth", ["large", "large-covr"], "BLIP with ViT-L, fine-tuned for retrieval on COCO: where CoVR starts from."),
        BlipModel("model_large_retrieval_flickr", "model_large_retrieval_flickr.pth", ["large", "large-covr"], "BLIP with ViT-L, fine-tuned for retrieval on Flickr30k."),
        BlipModel("model_base_retrieval_coco", "model_base_retrieval_coco.pth", ["base"], "BLIP with ViT-B, fine-tuned for retrieval on COCO."),
        BlipModel("model_base_retrieval_flickr", "model_base_retrieval_flickr.pth", ["base"], "BLIP with ViT-B, fine-tuned for retrieval on Flickr30k."),
        CoVR("webvid-covr", "webvid-covr.ckpt", "webvid-covr/blip-large/blip-l-coco/tv-False_loss-hnnce_lr-1e-05/good/ckpt_4.ckpt", "blip-l-coco, trained on WebVid-CoVR."),
        CoVR("cirr_ft-covr+gt", "cirr_ft-covr+gt.ckpt", "cirr/blip-large/webvid-covr/tv-False_loss-hnnce_lr-0.0001/base/ckpt_5.ckpt", "webvid-covr, fine-tuned on CIRR."),
        CoVR("fashioniq-all-ft_covr", "fashioniq-all-ft_covr.ckpt", "fashioniq-all/blip-large/webvid-covr/tv-False_loss-hnnce_lr-0.0001/base/ckpt_5.ckpt", "webvid-covr, fine-tuned on FashionIQ."),
        CoVR("cirr-gt", "cirr-gt.ckpt", "cirr/blip-large/blip-l-coco/tv-False_loss-hnnce_lr-1e-05/base/ckpt_4.ckpt", "blip-l-coco, trained on CIRR.") with { Uri = null },

        Lavis("blip2-l-coco", "blip2_finetune_coco.pth", ["coco"], 364, "BLIP-2 with EVA ViT-g, fine-tuned for retrieval on COCO: where CoVR-2 starts from."),
        Lavis("blip2_pretrained", "blip2_pretrained.pth", ["pretrain"], 224, "BLIP-2 with EVA ViT-g after its first stage of training.") with { Aliases = ["pretrain"] },
        Lavis("blip2_pretrained_vitL", "blip2_pretrained_vitL.pth", ["pretrain_vitL"], 224, "BLIP-2 with CLIP ViT-L after its first stage of training.") with { Aliases = ["pretrain_vitL"] },
        CoVR2("blip2-l-coco_covr", "webvid-covr", "webvid-covr/blip2-coco/blip2-l-coco/tv-False_loss-hnnce_lr-2e-05/base/ckpt_4.ckpt", "blip2-l-coco, trained on WebVid-CoVR."),
        CoVR2("blip2-l-coco_coir", "coir", "cc-coir/blip2-coco/blip2-l-coco/tv-False_loss-hnnce_lr-2e-05/base/ckpt_2.ckpt", "blip2-l-coco, trained on CC-CoIR."),
        CoVR2("blip2-l-coco_coir+covr", "coir+covr", "cc-coir+webvid-covr/blip2-coco/blip2-l-coco/tv-False_loss-hnnce_lr-1e-05/base/ckpt_0.ckpt", "blip2-l-coco, trained on CC-CoIR and WebVid-CoVR."),
        CoVR2("cirr_ft-coir", "cirr_ft-coir", "cirr/blip2-coco/blip2-l-coco_coir/tv-False_loss-hnnce_lr-0.0001/base/ckpt_5.ckpt", "blip2-l-coco_coir, fine-tuned on CIRR."),
        CoVR2("cirr_ft-coir+covr", "cirr_ft-coir+covr", "cirr/blip2-coco/blip2-l-coco_coir+covr/tv-False_loss-hnnce_lr-0.0001/base/ckpt_5.ckpt", "blip2-l-coco_coir+covr, fine-tuned on CIRR."),
        CoVR2("fashioniq-all-ft_coir", "fashioniq-all-ft_coir", "fashioniq-all/blip2-coco/blip2-l-coco_coir/tv-False_loss-hnnce_lr-0.0001/base/ckpt_5.ckpt", "blip2-l-coco_coir, fine-tuned on FashionIQ."),
        CoVR2("fashioniq-all-ft_coir+covr", "fashioniq-all-ft_coir+covr", "fashioniq-all/blip2-coco/blip2-l-coco_coir+covr/tv-False_loss-hnnce_lr-0.0001/base/ckpt_5.ckpt", "blip2-l-coco_coir+covr, fine-tuned on FashionIQ."),
    ];

    /// <summary>Finds what a name may mean; case does not matter.</summary>
    /// <param name="name">A name, an alias, or <c>family/name</c>.</param>
    /// <returns>No entry, one, or several of different families.</returns>
    public static IReadOnlyList<CheckpointEntry> Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? [.. All.Where(entry => entry.IsCalled(name))]
            : [.. All.Where(entry => entry.Family.Equals(name[..slash], StringComparison.OrdinalIgnoreCase) && entry.IsCalled(name[(slash + 1)..]))];
    }

    /// <summary>Finds the entry that a name means to a family.</summary>
    /// <param name="name">A name, an alias, or <c>family/name</c>.</param>
    /// <param name="family">The family that asks, <see cref="Blip"/> or <see cref="Blip2"/>; empty if any will do.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="CheckpointException">
    /// There is none (the message names those that are alike), it belongs to another family, or two families have one of this name.
    /// </exception>
    public static CheckpointEntry Get(string name, string family = "")
    {
        ArgumentNullException.ThrowIfNull(family);
        var found = Find(name);
        CheckpointEntry[] fitting = [.. found.Where(entry => family.Length == 0 || entry.Family.Equals(family, StringComparison.OrdinalIgnoreCase))];
        return fitting.Length == 1 ? fitting[0] : throw new CheckpointException(name, Explain(name, family, found, fitting));
    }

    /// <summary>Entries whose names are like a name, nearest first.</summary>
    /// <param name="name">Any text.</param>
    /// <param name="family">Only those of a family; empty for all.</param>
    /// <returns>At most three names, as <see cref="Get"/> takes them.</returns>
    public static IReadOnlyList<string> Nearest(string name, string family = "")
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(family);
        var stem = Path.GetFileNameWithoutExtension(name[(name.LastIndexOf('/') + 1)..]) is { Length: > 0 } shorter ? shorter : name;
        return NameDistance.Nearest(stem, All.Where(entry => family.Length == 0 || entry.Family.Equals(family, StringComparison.OrdinalIgnoreCase)).SelectMany(entry => entry.Aliases.Prepend(entry.Name)));
    }

    private static string Explain(string name, string family, IReadOnlyList<CheckpointEntry> found, CheckpointEntry[] fitting)
    {
        if (fitting.Length > 1)
        {
            return $"two families have weights of this name: say {string.Join(" or ", fitting.Select(entry => $"'{entry.Family}/{name}'"))}.";
        }

        if (found.Count > 0)
        {
            return $"these are weights of {Called(found[0].Family)} ({found[0].Training}), which a {Called(family)} model cannot take: use {(found[0].Family == Blip ? "UseBlip" : "UseBlip2")}, or other weights.";
        }

        var alike = Nearest(name, family);
        return alike.Count > 0
            ? $"there are no released weights of this name; did you mean {string.Join(", ", alike.Select(other => $"'{other}'"))}?"
            : $"there are no released weights of this name; there are {string.Join(", ", All.Where(entry => family.Length == 0 || entry.Family == family).Select(entry => entry.Name))}.";
    }

    private static string Called(string family) => family switch
    {
        Blip => "BLIP",
        Blip2 => "BLIP-2",
        _ => family,
    };

    private static CheckpointEntry BlipModel(string name, string file, IReadOnlyList<string> variants, string training) => new(name, Blip)
    {
        Aliases = Path.GetFileNameWithoutExtension(file) == name ? [] : [Path.GetFileNameWithoutExtension(file)],
        Variants = variants,
        Uri = new Uri($"{Storage}BLIP/models/{file}"),
        FileName = file,
        Image = ImageInput.Clip(384),
        Text = BlipText,
        Training = training,
        License = Salesforce,
        Source = $"salesforce/BLIP, {file}",
    };

    private static CheckpointEntry CoVR(string name, string file, string folder, string training) => new(name, Blip)
    {
        Variants = ["large-covr", "large"],
        Uri = new Uri($"https://{ModelHub.Host}/lucas-ventura/CoVR/resolve/main/{Uri.EscapeDataString(file)}"),
        FileName = file,
        ReferencePath = $"outputs/{folder}",
        Image = ImageInput.Clip(384),
        Text = BlipText,
        Training = training,
        License = CoVRLicense,
        Source = $"lucas-ventura/CoVR, {file}",
    };

    private static CheckpointEntry Lavis(string name, string file, IReadOnlyList<string> variants, int size, string training) => new(name, Blip2)
    {
        Aliases = Path.GetFileNameWithoutExtension(file) == name ? [] : [Path.GetFileNameWithoutExtension(file)],
        Variants = variants,
        Uri = new Uri($"{Storage}LAVIS/models/BLIP2/{file}"),
        FileName = file,
        Image = ImageInput.Clip(size),
        Text = Blip2Text,
        Training = training,
        License = Salesforce,
        Source = $"salesforce/LAVIS, {file}",
    };

    private static CheckpointEntry CoVR2(string name, string stem, string folder, string training) => new(name, Blip2)
    {
        Aliases = stem == name ? [] : [stem],
        Variants = ["coco"],
        Uri = new Uri($"https://{ModelHub.Host}/lucas-ventura/CoVR2/resolve/main/{Uri.EscapeDataString(stem)}.ckpt"),
        FileName = $"{stem}.ckpt",
        ReferencePath = $"outputs/{folder}",
        Image = ImageInput.Clip(364),
        Text = Blip2Text,
        Training = training,
        License = CoVR2License,
        Source = $"lucas-ventura/CoVR2, {stem}.ckpt",
    };
}
