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
    /// <summary>What runs the visual encoder.</summary>
    public ModelEngine Engine { get; init; }

    /// <inheritdoc/>
    public string Title => $"{Model.Name} with {Checkpoint}{EngineTitle.Of(Engine, Precision)}";

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
        }).UseEngine(Engine);
    }
}

/// <summary>What runs the visual encoder of a model.</summary>
internal enum ModelEngine
{
    /// <summary>libtorch, as everything else.</summary>
    Torch,

    /// <summary>ONNX Runtime on the processor.</summary>
    Onnx,
}

/// <summary>What a title says of engine and precision.</summary>
internal static class EngineTitle
{
    /// <summary>Nothing for libtorch and float32.</summary>
    public static string Of(ModelEngine engine, ModelPrecision precision) =>
        (precision == ModelPrecision.Float32 ? "" : $" in {precision.ToString().ToLowerInvariant()}") + (engine == ModelEngine.Torch ? "" : " by ONNX Runtime");

    /// <summary>Lets the engine run the pipeline's visual encoder.</summary>
    public static ICoVRBuilder UseEngine(this ICoVRBuilder pipeline, ModelEngine engine) => engine == ModelEngine.Onnx ? pipeline.UseOnnxRuntime() : pipeline;
}
