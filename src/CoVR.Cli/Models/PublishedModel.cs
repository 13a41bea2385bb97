using CoVR.Checkpoints;
using CoVR.Cli.Hosting;

namespace CoVR.Cli.Models;

/// <summary>A model that commands know by name, with its default weights.</summary>
/// <param name="Name">The value of <c>--model</c>.</param>
/// <param name="Family"><see cref="ReleasedCheckpoint.Blip"/> or <see cref="ReleasedCheckpoint.Blip2"/>.</param>
/// <param name="Variant">The family's variant, which is also the reference's <c>--model_type</c>.</param>
/// <param name="TargetWeights">The weights that embed targets in the reference.</param>
/// <param name="QueryWeights">The best weights for composed queries.</param>
internal sealed record PublishedModel(string Name, string Family, string Variant, string TargetWeights, string QueryWeights)
{
    /// <summary>All of them; the first is the default.</summary>
    public static IReadOnlyList<PublishedModel> All { get; } =
    [
        new("blip-large", ReleasedCheckpoint.Blip, "large", "blip-l-coco", "webvid-covr"),
        new("blip-base", ReleasedCheckpoint.Blip, "base", "model_base_retrieval_coco", "model_base_retrieval_coco"),
        new("blip2-coco", ReleasedCheckpoint.Blip2, "coco", "blip2-l-coco", "blip2-l-coco_coir+covr"),
        new("blip2-pretrain", ReleasedCheckpoint.Blip2, "pretrain", "blip2_pretrained", "blip2_pretrained"),
        new("blip2-pretrain_vitL", ReleasedCheckpoint.Blip2, "pretrain_vitL", "blip2_pretrained_vitL", "blip2_pretrained_vitL"),
    ];

    /// <summary>The first part of the names of the reference's embedding folders: the family and its size.</summary>
    public string FolderSize => Variant == "coco" ? "large" : Variant;

    /// <summary>Finds the model of a name; null if there is none.</summary>
    public static PublishedModel? Find(string name) => All.FirstOrDefault(model => model.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The model of the reference's <c>--model_type</c>.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static PublishedModel OfType(string type) => All.FirstOrDefault(model => model.Variant.Equals(type, StringComparison.OrdinalIgnoreCase))
        ?? throw new CommandException($"there is no model type '{type}'.{UsageErrors.DidYouMean(type, All.Select(model => model.Variant))} There are {string.Join(", ", All.Select(model => model.Variant))}.", ExitCodes.Usage);
}
