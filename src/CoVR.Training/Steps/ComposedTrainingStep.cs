using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Training.Batches;
using CoVR.Training.Distributed;
using CoVR.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Steps;

/// <summary>Training of composed retrieval: queries are encoded, targets come from storage, loss terms compare them.</summary>
/// <remarks>
/// <c>forward</c> of the reference's <c>src/model/blip/blip_cir.py</c> and <c>src/model/blip2/blip2_cir.py</c>, for any encoder that is a
/// module and any terms. With chunks memory is that of a chunk and the loss that of the batch; with several ranks the loss is
/// that of their batches together. Not safe for use from several threads.
/// </remarks>
internal sealed class ComposedTrainingStep : ITrainingStep<ComposedBatch>
{
    internal const string ModelName = "model";

    private readonly IComposedEncoder _encoder;
    private readonly IReadOnlyList<WeightedLossTerm> _terms;
    private readonly ComposedStepSettings _settings;

    internal ComposedTrainingStep(IComposedEncoder encoder, IReadOnlyList<WeightedLossTerm> terms, ComposedStepSettings? settings = null)
    {
        (_encoder, _terms, _settings) = (encoder, terms, settings ?? new ComposedStepSettings());
        Modules = ModulesOf(encoder, terms);
    }

    public IReadOnlyDictionary<string, nn.Module> Modules { get; }

    public LossReport Compute(ComposedBatch batch, TrainingContext context)
    {
        var encoder = new BatchEncoder(_encoder, _settings, context);
        if (context.Group is not null || context.ChunkSize < batch.Triplets.Count)
        {
            return ComputeDetached(encoder, batch, context);
        }

        using var scope = NewDisposeScope();
        var rows = new BatchRows(0, batch.Triplets.Count);
        var queries = encoder.Queries(batch, rows, encoder.VisualTokens(batch, rows));
        var report = Terms(queries, encoder.Targets(batch), encoder.Captions(batch, rows));
        report.Total.MoveToOuterDisposeScope();
        return report;
    }

    public string Describe() =>
        FormattableString.Invariant($"composed, temperature {_settings.Temperature:R}, ")
        + string.Join(" + ", _terms.Select(term => FormattableString.Invariant($"{term.Weight:R} {term.Term.Describe()}")));

    /// <summary>The encoder as a module.</summary>
    /// <exception cref="ArgumentException">It has no weights of this runtime.</exception>
    internal static nn.Module ModuleOf(IComposedEncoder encoder) => encoder as nn.Module ?? throw new ArgumentException(
        $"{encoder?.GetType().Name} is no TorchSharp module, so it cannot be trained: derive it from torch.nn.Module.", nameof(encoder));

    /// <summary>Differentiates the loss with respect to the embeddings first; only embeddings are exchanged between ranks and chunks.</summary>
    private LossReport ComputeDetached(BatchEncoder encoder, ComposedBatch batch, TrainingContext context)
    {
        using var scope = NewDisposeScope();
        DetachedEmbeddings pass = context.ChunkSize is { } size && size < batch.Triplets.Count
            ? new GradCachePass(encoder, batch, size, context.KeepVisualTokens)
            : new RetainedGraphPass(encoder, batch);
        try
        {
            var report = Terms(OfAllRanks(pass.Queries)!, OfAllRanks(encoder.Targets(batch)), OfAllRanks(pass.Captions));
            report.Total.MoveToOuterDisposeScope();
            return report with { Backpropagate = factor => pass.Backward(report.Total, factor, context.Ranks), Held = pass };
        }
        catch
        {
            pass.Dispose();
            throw;
        }

        Tensor? OfAllRanks(Tensor? own) => own is null || context.Group is not { } ranks ? own : RankRows.Gather(ranks, own);
    }

    private LossReport Terms(Tensor queries, Tensor? targets, Tensor? captions) =>
        LossReport.WeightedSum(_terms, new TrainingEmbeddings(queries, targets, captions, _settings.Temperature));

    private static Dictionary<string, nn.Module> ModulesOf(IComposedEncoder encoder, IReadOnlyList<WeightedLossTerm> terms)
    {
        if (terms.Count == 0)
        {
            throw new ArgumentException("There is no loss term to train with: add one, for example with AddLossTerm<QueryToTargetTerm>().", nameof(terms));
        }

        if (terms.GroupBy(term => term.Term.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two loss terms are named '{twice.Key}'.", nameof(terms));
        }

        Dictionary<string, nn.Module> modules = new(StringComparer.Ordinal) { [ModelName] = ModuleOf(encoder) };
        foreach (var term in terms)
        {
            if (term.Term is nn.Module module)
            {
                modules["terms." + term.Term.Name] = module;
            }
        }

        return modules;
    }
}

/// <summary>What a composed step computes.</summary>
internal sealed record ComposedStepSettings
{
    /// <summary>Similarities are divided by this; above 0.</summary>
    internal double Temperature { get; init; } = 0.07;

    /// <summary>What queries are made of.</summary>
    internal QueryParts Parts { get; init; } = QueryParts.Both;
}
