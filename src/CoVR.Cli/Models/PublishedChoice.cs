using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Checkpoints;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Models;

/// <summary>A published model with weights chosen on the command line.</summary>
/// <param name="Model">Family, variant and usual weights.</param>
/// <param name="Checkpoint">Weights: a path, released name or address.</param>
/// <param name="TargetCheckpoint">Separate weights that embed targets (BLIP-2 only); null for the same weights.</param>
/// <param name="Vocabulary">Finds the path of the vocabulary when the model is loaded; null to download it.</param>
/// <param name="Device">Where it runs.</param>
/// <param name="Precision">What linear layers are computed in.</param>
/// <param name="ImageSize">A picture size instead of the variant's; null for the variant's.</param>
internal sealed record PublishedChoice(PublishedModel Model, string Checkpoint, string? TargetCheckpoint, Func<string?> Vocabulary, string Device, ModelPrecision Precision, int? ImageSize) : IModelChoice
{
    /// <inheritdoc/>
    public string Title => $"{Model.Name} with {Checkpoint}{PrecisionTitle.Of(Precision)}";

    /// <inheritdoc/>
    public string Family => Model.Family;

    /// <inheritdoc/>
    public string FolderSize => Model.FolderSize;

    /// <inheritdoc/>
    public ICoVRBuilder Use(ICoVRBuilder pipeline)
    {
        var family = Model.Family == ReleasedCheckpoint.Blip ? BlipArchitecture.Family : Blip2Architecture.Family;
        return pipeline.UseModelFamily(family, options =>
        {
            options.Variant = Model.Variant;
            options.Architecture = ImageSize is { } size ? family.Find(Model.Variant)!.Architecture with { Image = ImageInput.Clip(size) } : null;
            options.Checkpoint = Checkpoint;
            options.TargetCheckpoint = TargetCheckpoint;
            options.VocabularyPath = Vocabulary();
            options.Device = Device;
            options.Precision = Precision;
        });
    }
}

/// <summary>What a title says of the precision.</summary>
internal static class PrecisionTitle
{
    /// <summary>Nothing for float32.</summary>
    public static string Of(ModelPrecision precision) => precision == ModelPrecision.Float32 ? "" : $" in {precision.ToString().ToLowerInvariant()}";
}
