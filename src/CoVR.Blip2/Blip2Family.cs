using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Text;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace CoVR.Blip2;

/// <summary>BLIP-2 on the way that all families go.</summary>
/// <param name="services">The host's; null outside of one.</param>
internal sealed class Blip2Family(IServiceProvider? services = null) : ComposedModelFamily<Blip2Options, Blip2Architecture, Blip2Encoder>(services)
{
    /// <inheritdoc/>
    public override string Name => "blip2";

    /// <inheritdoc/>
    public override IReadOnlyList<ModelVariant<Blip2Architecture>> Variants => Blip2Variants.All;

    /// <inheritdoc/>
    protected override Blip2Architecture? ArchitectureOf(Blip2Options options) => options.Architecture;

    /// <inheritdoc/>
    protected override IEnumerable<string> FindFamilyFaults(Blip2Options options)
    {
        if (!Enum.IsDefined(options.Trainable))
        {
            yield return $"{nameof(options.Trainable)}: '{options.Trainable}' is none of {string.Join(", ", Enum.GetNames<Blip2Trainable>())}.";
        }

        if (options.Trainable == Blip2Trainable.TextOnly && options.TrainVisualEncoder)
        {
            yield return $"{nameof(options.TrainVisualEncoder)}: the text-only set does not train the visual encoder.";
        }

        if (options.Architecture is { TextHead: false } own && (options.Fusion ?? own.Fusion) != QueryFusion.CrossAttention)
        {
            yield return $"{nameof(options.Fusion)}: average and late fusion embed the text as a caption, which needs {nameof(options.Architecture)}.{nameof(own.TextHead)}.";
        }

        if (options.Architecture is { Text.QueryFeedForward: false })
        {
            yield return $"{nameof(options.Architecture)}: a Q-Former has {nameof(options.Architecture.Text)}.{nameof(options.Architecture.Text.QueryFeedForward)}; start from {nameof(QFormer)}.{nameof(QFormer.BertBase)}.";
        }
    }

    /// <inheritdoc/>
    protected override BertTextTokenizer CreateTokenizer(IEnumerable<string> vocabulary) => BertTextTokenizer.ForBlip2(vocabulary);

    /// <inheritdoc/>
    protected override BertTextTokenizer CreateTokenizer(string vocabularyPath) => BertTextTokenizer.ForBlip2(vocabularyPath);

    /// <inheritdoc/>
    protected override Blip2Encoder CreateEncoder(Blip2Architecture architecture, BertTextTokenizer tokenizer, ComposedModelParts parts) =>
        new(architecture, parts);

    /// <inheritdoc/>
    protected override CheckpointMap MapFor(ComposedModelParts parts) => Blip2CheckpointMap.For(parts);

    /// <inheritdoc/>
    protected override void SetTrainable(Blip2Encoder encoder, Blip2Options options) =>
        encoder.SetTrainable(options.Trainable, options.TrainVisualEncoder);

    /// <inheritdoc/>
    protected override IReadOnlyList<(string Option, string? Name)> CheckpointsOf(Blip2Options options) =>
        [.. base.CheckpointsOf(options), (nameof(options.TargetCheckpoint), options.TargetCheckpoint)];

    /// <inheritdoc/>
    protected override void SetTargetWeights(Blip2Encoder encoder, Blip2Options options, IReadOnlyList<string?> files, ComposedModelParts parts, ILogger logger)
    {
        if (files[0] is { } path)
        {
            Load(encoder.MakeTargetEncoder(), path, Blip2CheckpointMap.For(parts with { Visual = encoder.Visual }), options.StrictCheckpoint, logger);
        }
    }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, Tensor> TargetState(Blip2Encoder encoder) => encoder.TargetState();
}
