using CoVR.Modeling;

namespace CoVR.Checkpoints;

/// <summary>The data of <see cref="ReleasedCheckpoint.All"/>.</summary>
/// <remarks>
/// Follows <c>configs/model/ckpt/*.yaml</c> and <c>tools/scripts/download_pretrained_models.sh</c> of lucas-ventura/CoVR, the model
/// table of salesforce/BLIP's README and <c>lavis/configs/models/blip2</c> of salesforce/LAVIS. None of them states the sizes or
/// hashes of the files, so that there are none here.
/// </remarks>
internal static class CheckpointCatalog
{
    private const string Storage = "https://storage.googleapis.com/sfr-vision-language-research/";
    private const string Salesforce = "BSD-3-Clause";
    private const string CoVRLicense = "MIT, on weights of BLIP (BSD-3-Clause)";
    private const string CoVR2License = "MIT, on weights of BLIP-2 (BSD-3-Clause)";

    public static IReadOnlyList<ReleasedCheckpoint> All { get; } =
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

    private static ReleasedCheckpoint BlipModel(string name, string file, IReadOnlyList<string> variants, string training) => new(name, ReleasedCheckpoint.Blip)
    {
        Aliases = Path.GetFileNameWithoutExtension(file) == name ? [] : [Path.GetFileNameWithoutExtension(file)],
        Variants = variants,
        Uri = new Uri($"{Storage}BLIP/models/{file}"),
        FileName = file,
        Image = ImageInput.Clip(384),
        Training = training,
        License = Salesforce,
        Source = $"salesforce/BLIP, {file}",
    };

    private static ReleasedCheckpoint CoVR(string name, string file, string folder, string training) => new(name, ReleasedCheckpoint.Blip)
    {
        Variants = ["large-covr", "large"],
        Uri = new Uri($"https://{ModelHub.Host}/lucas-ventura/CoVR/resolve/main/{Uri.EscapeDataString(file)}"),
        FileName = file,
        ReferencePath = $"outputs/{folder}",
        Image = ImageInput.Clip(384),
        Training = training,
        License = CoVRLicense,
        Source = $"lucas-ventura/CoVR, {file}",
    };

    private static ReleasedCheckpoint Lavis(string name, string file, IReadOnlyList<string> variants, int size, string training) => new(name, ReleasedCheckpoint.Blip2)
    {
        Aliases = Path.GetFileNameWithoutExtension(file) == name ? [] : [Path.GetFileNameWithoutExtension(file)],
        Variants = variants,
        Uri = new Uri($"{Storage}LAVIS/models/BLIP2/{file}"),
        FileName = file,
        Image = ImageInput.Clip(size),
        Training = training,
        License = Salesforce,
        Source = $"salesforce/LAVIS, {file}",
    };

    private static ReleasedCheckpoint CoVR2(string name, string stem, string folder, string training) => new(name, ReleasedCheckpoint.Blip2)
    {
        Aliases = stem == name ? [] : [stem],
        Variants = ["coco"],
        Uri = new Uri($"https://{ModelHub.Host}/lucas-ventura/CoVR2/resolve/main/{Uri.EscapeDataString(stem)}.ckpt"),
        FileName = $"{stem}.ckpt",
        ReferencePath = $"outputs/{folder}",
        Image = ImageInput.Clip(364),
        Training = training,
        License = CoVR2License,
        Source = $"lucas-ventura/CoVR2, {stem}.ckpt",
    };
}
