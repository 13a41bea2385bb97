using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Text;

namespace CoVR.Blip;

/// <summary>BLIP on the way that all families go.</summary>
/// <param name="services">The host's; null outside of one.</param>
internal sealed class BlipFamily(IServiceProvider? services = null) : ComposedModelFamily<BlipOptions, BlipArchitecture, BlipEncoder>(services)
{
    /// <inheritdoc/>
    public override string Name => "blip";

    /// <inheritdoc/>
    public override IReadOnlyList<ModelVariant<BlipArchitecture>> Variants => BlipVariants.All;

    /// <inheritdoc/>
    protected override BlipArchitecture? ArchitectureOf(BlipOptions options) => options.Architecture;

    /// <inheritdoc/>
    protected override IEnumerable<string> FindFamilyFaults(BlipOptions options)
    {
        if (!Enum.IsDefined(options.Trainable))
        {
            yield return $"{nameof(options.Trainable)}: '{options.Trainable}' is none of {string.Join(", ", Enum.GetNames<BlipTrainable>())}.";
        }

        if (options.Architecture is { VisionHead: false } own && (options.Fusion ?? own.Fusion) != QueryFusion.CrossAttention)
        {
            yield return $"{nameof(options.Fusion)}: average and late fusion embed the reference as a target, which needs {nameof(options.Architecture)}.{nameof(own.VisionHead)}.";
        }

        if (options.Trainable == BlipTrainable.TextOnly && options.TrainVisualEncoder)
        {
            yield return $"{nameof(options.TrainVisualEncoder)}: the text-only set does not train the visual encoder.";
        }
    }

    /// <inheritdoc/>
    protected override BertTextTokenizer CreateTokenizer(IEnumerable<string> vocabulary) => BertTextTokenizer.ForBlip(vocabulary);

    /// <inheritdoc/>
    protected override BertTextTokenizer CreateTokenizer(string vocabularyPath) => BertTextTokenizer.ForBlip(vocabularyPath);

    /// <inheritdoc/>
    protected override BlipEncoder CreateEncoder(BlipArchitecture architecture, BertTextTokenizer tokenizer, ComposedModelParts parts) =>
        new(architecture with { EncoderToken = tokenizer.EncId }, parts);

    /// <inheritdoc/>
    protected override CheckpointMap MapFor(ComposedModelParts parts) => BlipCheckpointMap.For(parts);

    /// <inheritdoc/>
    protected override void SetTrainable(BlipEncoder encoder, BlipOptions options) =>
        encoder.SetTrainable(options.Trainable, options.TrainVisualEncoder);
}
