using CoVR.Distributed;
using CoVR.Losses;
using CoVR.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>Composed retrieval training: queries are encoded, targets come from the store, terms compare them.</summary>
/// <remarks>
/// <para><c>forward</c> of the reference's <c>src/model/blip/blip_cir.py</c> and <c>src/model/blip2/blip2_cir.py</c>. Works with any
/// <see cref="IComposedEncoder"/> that is a module, and with any terms. Not safe for use from several threads.</para>
/// <para>With <see cref="ComposedTrainingStepOptions.ChunkSize"/> memory is that of a chunk and the loss that of the batch; with
/// <see cref="ComposedTrainingStepOptions.Collective"/> the loss is that of all ranks' batches together.</para>
/// </remarks>
public sealed class ComposedTrainingStep : ITrainingStep<ComposedBatch>
{
    private readonly IReadOnlyList<WeightedLossTerm> _terms;
    private readonly ComposedTrainingStepOptions _options;
    private readonly BatchEncoder _encoder;
    private readonly ICollective? _ranks;

    /// <summary>Creates a step.</summary>
    /// <param name="encoder">The model, an <c>nn.Module</c>; not disposed.</param>
    /// <param name="terms">At least one loss term with its weight; names are unique.</param>
    /// <param name="options">Temperature and so on; null for the defaults.</param>
    /// <exception cref="ArgumentException">The encoder has no weights of this runtime, there is no term, or two share a name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The chunk size is not above 0.</exception>
    public ComposedTrainingStep(IComposedEncoder encoder, IReadOnlyList<WeightedLossTerm> terms, ComposedTrainingStepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(terms);
        _terms = terms;
        _options = options ?? new ComposedTrainingStepOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.ChunkSize ?? 1, 1, nameof(options));
        _encoder = new BatchEncoder(encoder, _options);
        _ranks = _options.Collective is { Size: > 1 } several ? several : null;
        Modules = StepModules.Of(encoder, terms);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, nn.Module> Modules { get; }

    /// <inheritdoc/>
    public LossReport Compute(ComposedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (_ranks is not null || _options.ChunkSize < batch.Triplets.Count)
        {
            return ComputeInTwoSteps(batch);
        }

        using var scope = NewDisposeScope();
        var rows = new BatchRows(0, batch.Triplets.Count);
        var queries = _encoder.Queries(batch, rows, _encoder.VisualTokens(batch, rows));
        var report = Terms(queries, _encoder.Targets(batch), _encoder.Captions(batch, rows));
        report.Total.MoveToOuterDisposeScope();
        return report;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The options of the run ask for chunks, a precision or several processes that the step's own options do not have.</exception>
    public void RequireSupport(TrainingOptions options, int ranks)
    {
        ArgumentNullException.ThrowIfNull(options);
        var own = _ranks?.Size ?? 1;
        var missing = ranks != own ? $"{nameof(_options.Collective)}: the run has {ranks} processes, the step {own}"
            : options.ChunkSize is { } size && size != _options.ChunkSize ? $"{nameof(options.ChunkSize)} {size}"
            : options.Precision != _options.Precision ? $"{nameof(options.Precision)} {TrainingPrecisions.NameOf(options.Precision)}"
            : null;
        if (missing is not null)
        {
            throw new NotSupportedException($"The step does not train as the run says. Give {nameof(ComposedTrainingStepOptions)} the same {missing}.");
        }
    }

    /// <inheritdoc/>
    public string Describe() =>
        FormattableString.Invariant($"composed, temperature {_options.Temperature:R}, ")
        + string.Join(" + ", _terms.Select(term => FormattableString.Invariant($"{term.Weight:R} {term.Term.Describe()}")))
        + (_options.NormalizeTargets is { } unit ? $", targets of unit length: {unit}" : "")
        + (_options.CaptionGradients ? "" : ", captions fixed");

    /// <summary>Gradients of the embeddings first; they are what crosses ranks and chunks.</summary>
    private LossReport ComputeInTwoSteps(ComposedBatch batch)
    {
        using var scope = NewDisposeScope();
        EmbeddingPass pass = _options.ChunkSize is { } size && size < batch.Triplets.Count
            ? new CachedEmbeddings(_encoder, batch, size, _options.KeepVisualTokens)
            : new GraphEmbeddings(_encoder, batch);
        try
        {
            var report = Terms(OfAllRanks(pass.Queries), OfAllRanks(_encoder.Targets(batch)), pass.Captions is { } captions ? OfAllRanks(captions) : null);
            report.Total.MoveToOuterDisposeScope();
            return report with { Backpropagate = factor => pass.Backward(report.Total, factor, _ranks?.Size ?? 1), Held = pass };
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    private LossReport Terms(Tensor queries, Tensor targets, Tensor? captions) =>
        WeightedSum.Of(_terms, new TrainingEmbeddings(queries, targets, captions, _options.Temperature));

    private Tensor OfAllRanks(Tensor own) => _ranks is null ? own : RankRows.Gather(_ranks, own);
}
