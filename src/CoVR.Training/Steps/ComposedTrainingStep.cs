using CoVR.Losses;
using CoVR.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>Composed retrieval training: queries are encoded, targets come from the store, terms compare them.</summary>
/// <remarks>
/// <c>forward</c> of the reference's <c>src/model/blip/blip_cir.py</c> and <c>src/model/blip2/blip2_cir.py</c>. Works with any
/// <see cref="IComposedEncoder"/> that is a module, and with any terms. Not safe for use from several threads.
/// </remarks>
public sealed class ComposedTrainingStep : ITrainingStep<ComposedBatch>
{
    private readonly IComposedEncoder _encoder;
    private readonly IReadOnlyList<WeightedLossTerm> _terms;
    private readonly ComposedTrainingStepOptions _options;
    private readonly Device _device;

    /// <summary>Creates a step.</summary>
    /// <param name="encoder">The model, an <c>nn.Module</c>; not disposed.</param>
    /// <param name="terms">At least one loss term with its weight; names are unique.</param>
    /// <param name="options">Temperature and so on; null for the defaults.</param>
    /// <exception cref="ArgumentException">The encoder has no weights of this runtime, there is no term, or two share a name.</exception>
    public ComposedTrainingStep(IComposedEncoder encoder, IReadOnlyList<WeightedLossTerm> terms, ComposedTrainingStepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(terms);
        _encoder = encoder ?? throw new ArgumentNullException(nameof(encoder));
        _terms = terms;
        _options = options ?? new ComposedTrainingStepOptions();
        _device = _options.Device ?? CPU;
        Modules = StepModules.Of(encoder, terms);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, nn.Module> Modules { get; }

    /// <inheritdoc/>
    public LossReport Compute(ComposedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var report = WeightedSum.Of(_terms, Embed(batch));
        report.Total.MoveToOuterDisposeScope();
        return report;
    }

    private TrainingEmbeddings Embed(ComposedBatch batch)
    {
        var modification = _options.Parts.HasFlag(QueryParts.Modification) ? TokenBatch.From(batch.Modifications, _device) : null;
        var reference = _options.Parts.HasFlag(QueryParts.Reference) ? VisualTokens(batch) : null;
        var queries = Pool(_encoder.EncodeQuery(reference, modification, _options.Parts));
        return new TrainingEmbeddings(queries, Targets(batch.Targets), Captions(batch), _options.Temperature);
    }

    private Tensor VisualTokens(ComposedBatch batch) => batch.VisualTokens is { } table
        ? table.Select([.. batch.Triplets.Select(triplet => triplet.Reference)], _device)
        : _encoder.EncodeVisual((batch.References ?? throw new ArgumentException("The batch has no references.", nameof(batch))).ToTensor(_device));

    private Tensor Targets(EmbeddingSet targets)
    {
        var pooled = Pool(ToTensor(targets));
        return _options.NormalizeTargets ?? targets.Vectors == 1 ? nn.functional.normalize(pooled, dim: 1) : pooled;
    }

    private Tensor? Captions(ComposedBatch batch)
    {
        if (batch.CaptionEmbeddings is { } stored)
        {
            return Pool(ToTensor(stored));
        }

        if (batch.Captions is null)
        {
            return null;
        }

        using var gradients = set_grad_enabled(_options.CaptionGradients);
        return _encoder.EncodeCaption(TokenBatch.From(batch.Captions, _device));
    }

    private Tensor ToTensor(EmbeddingSet set) =>
        tensor(set.Values.ToArray(), [set.Frames, set.Vectors, set.Dimensions], device: _device);

    /// <summary>[B, Q, D] to [B, D] by the mean over Q, not renormalised.</summary>
    private static Tensor Pool(Tensor vectors) => vectors.shape[1] == 1 ? vectors.squeeze(1) : vectors.mean([1]);
}
