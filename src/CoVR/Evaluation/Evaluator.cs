using CoVR.Data;
using CoVR.Embedding;
using CoVR.Modeling;
using CoVR.Retrieval;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Evaluation;

/// <summary>Scores a model on a data set: queries through the model once, galleries from the store, ranking by the same index as searches.</summary>
/// <remarks>
/// <para>Queries are encoded in an order of their own (reference, then identity), so for one batch size rankings and figures are
/// the same, bit for bit, for any order of the triplets, of the candidates (if ties are broken by identity) and any number of
/// workers. Another batch size changes the shapes of matrix products and the padding of texts, which is masked: scores then
/// agree up to rounding, and rankings unless two scores are that close.</para>
/// <para>The model is in evaluation mode while it is evaluated and goes back to training mode afterwards if it was before. Safe
/// for use from several threads, except while the model is trained.</para>
/// </remarks>
public sealed class Evaluator
{
    private readonly IPipelineProvider _provider;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates an evaluator.</summary>
    /// <param name="pipeline">What is evaluated. Its gallery's similarity is not used: the protocol brings its own.</param>
    /// <param name="time">The clock of progress; null for the system's.</param>
    /// <param name="logger">Logs the start of an evaluation; may be null.</param>
    public Evaluator(RetrievalPipeline pipeline, TimeProvider? time = null, ILogger<Evaluator>? logger = null)
        : this((IPipelineProvider)pipeline, time, logger)
    {
    }

    internal Evaluator(IPipelineProvider pipeline, TimeProvider? time, ILogger<Evaluator>? logger)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        (_provider, _time, _logger) = (pipeline, time ?? TimeProvider.System, logger ?? NullLogger<Evaluator>.Instance);
    }

    /// <summary>Loads the model at the first call and returns the pipeline that is evaluated; a failed attempt is repeated by the next call.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The pipeline, the same at every call; its parts are owned by their creators.</returns>
    /// <exception cref="InvalidOperationException">The pipeline has no model.</exception>
    /// <exception cref="CheckpointException">The weights cannot be found, downloaded or read, or belong to another model.</exception>
    /// <exception cref="GalleryException">The gallery belongs to another model, or cannot be opened.</exception>
    public ValueTask<RetrievalPipeline> GetPipelineAsync(CancellationToken cancellationToken = default) => _provider.GetAsync(cancellationToken);

    /// <summary>Evaluates one split in every kind of query by the rules of every variant.</summary>
    /// <param name="dataset">Queries and gallery; every candidate must be in the store.</param>
    /// <param name="media">Locates the references.</param>
    /// <param name="protocol">The benchmark, which gives its rules under each variant's preset.</param>
    /// <param name="options">Kinds of queries, variants, batches; null for the defaults.</param>
    /// <param name="progress">Receives progress after every batch of queries; may be null.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <returns>For each variant, in the order of the options, one result for each kind of query.</returns>
    /// <exception cref="ArgumentException">Two triplets have one identity, or two candidates.</exception>
    /// <exception cref="InvalidOperationException">Candidates are not in the store or lack the captions that a kind of query needs; names the first of them. Also: there is no candidate, no query can be asked, or the model returns non-finite numbers.</exception>
    /// <exception cref="MediaReadException">A reference cannot be read.</exception>
    /// <exception cref="GalleryException">A gallery was embedded by another model, or holds non-finite numbers.</exception>
    public async Task<IReadOnlyList<EvaluationResult>> EvaluateAsync(
        TripletDataset dataset,
        ITripletDatasetReader media,
        IRetrievalProtocol protocol,
        EvaluationOptions? options = null,
        IProgress<JobProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(media);
        ArgumentNullException.ThrowIfNull(protocol);
        RequireUnique(dataset, "triplets", dataset.Triplets.Select(triplet => triplet.Id));
        RequireUnique(dataset, "candidates", dataset.Candidates.Select(id => id.Value));
        options ??= new EvaluationOptions();
        OptionsFaults.ThrowIfAny(options);
        using var activity = CoVRDiagnostics.Activities.StartActivity("covr.evaluate");
        activity?.SetTag("covr.dataset", dataset.Name).SetTag("covr.protocol", protocol.Name);

        var pipeline = await _provider.GetAsync(cancellationToken).ConfigureAwait(false);
        _logger.EvaluationStarted(
            dataset.Triplets.Count, dataset.Name, dataset.Candidates.Count, protocol.Name, string.Join(", ", options.Variants.Select(variant => variant.Name)), string.Join(", ", options.Queries));
        using var mode = EvaluationMode.Enter(pipeline.Model);
        var plans = await Task.WhenAll(options.Variants.Select(variant => EvaluationPlan.CreateAsync(variant, protocol, dataset, pipeline, cancellationToken))).ConfigureAwait(false);
        RequireCaptionsComparable(plans, options.Queries);
        var captions = await Task.Run(() => CaptionTable.Embed(pipeline.Model, dataset, options, cancellationToken), cancellationToken).ConfigureAwait(false);
        var galleries = await EvaluationGallery.ReadAsync(plans, options.Queries, dataset, captions, options, cancellationToken).ConfigureAwait(false);
        var run = new EvaluationRun(pipeline, dataset, options, plans, galleries);
        await RankAsync(run, media, progress, cancellationToken).ConfigureAwait(false);
        await Task.Run(() => EvaluationSharding.Exchange(run, options.Collective), cancellationToken).ConfigureAwait(false);
        return await Task.Run(run.Results, cancellationToken).ConfigureAwait(false);
    }

    private async Task RankAsync(EvaluationRun run, ITripletDatasetReader media, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        var (start, done, failed) = (_time.GetTimestamp(), 0L, 0L);
        Triplet[] queries =
        [
            .. run.Dataset.Triplets.OrderBy(triplet => triplet.Reference.Value, StringComparer.Ordinal).ThenBy(triplet => triplet.Id, StringComparer.Ordinal),
        ];
        queries = EvaluationSharding.Of(queries, run.Options.BatchSize, run.Options.Collective);
        await foreach (var batch in QueryBatches.ReadAsync(run.Pipeline, queries, media, run.Options, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                await Task.Run(() => run.RankAsync(batch, cancellationToken), cancellationToken).ConfigureAwait(false);
                done = Math.Min(done + run.Options.BatchSize, queries.Length);
                failed = done - run.Ranked;
                progress?.Report(new JobProgress(done, queries.Length, failed, _time.GetElapsedTime(start)));
            }
        }
    }

    private static void RequireUnique(TripletDataset dataset, string what, IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string[] twice = [.. names.Where(name => !seen.Add(name)).Distinct()];
        if (twice.Length > 0)
        {
            throw new ArgumentException($"{twice.Length} {what} of {dataset.Name} appear more than once, for example {string.Join(", ", twice.Take(5))}: ids must be unique.", nameof(dataset));
        }
    }

    private static void RequireCaptionsComparable(EvaluationPlan[] plans, IReadOnlyList<QueryKind> kinds)
    {
        if (kinds.FirstOrDefault(kind => kind.CaptionShare > 0) is { } kind
            && plans.FirstOrDefault(plan => plan.Similarity is not MeanPooledSimilarity) is { } plan)
        {
            throw new InvalidOperationException($"'{kind}' adds similarities with captions to mean-pooled dot products; '{plan.Variant.Name}' compares by {plan.Similarity.Name}.");
        }
    }
}
