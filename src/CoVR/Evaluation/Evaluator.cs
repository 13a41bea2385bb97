using CoVR.Data;
using CoVR.Modeling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Evaluation;

/// <summary>Scores a model on a data set: queries through the model, gallery from the store, ranking by the same index that searches.</summary>
/// <remarks>
/// The model is in evaluation mode while it is evaluated and goes back to training mode afterwards if it was in it. Safe
/// for use from several threads, except while the model is trained.
/// </remarks>
public sealed class Evaluator
{
    private readonly Func<RetrievalPipeline> _factory;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates an evaluator.</summary>
    /// <param name="pipeline">Makes the pipeline; called at each evaluation. Its index is not used: the protocol brings its own similarity.</param>
    /// <param name="time">The clock of progress; null for the system's.</param>
    /// <param name="logger">Told when an evaluation starts; may be null.</param>
    public Evaluator(Func<RetrievalPipeline> pipeline, TimeProvider? time = null, ILogger<Evaluator>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        (_factory, _time, _logger) = (pipeline, time ?? TimeProvider.System, logger ?? NullLogger<Evaluator>.Instance);
    }

    /// <summary>Evaluates one split.</summary>
    /// <param name="dataset">Queries and gallery; every candidate must be in the store.</param>
    /// <param name="media">Knows where the references lie.</param>
    /// <param name="protocol">The rules.</param>
    /// <param name="options">Kinds of queries, batches; null for the defaults.</param>
    /// <param name="progress">Told after every batch of queries; may be null.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <returns>One result for each kind of query, in the order of the options.</returns>
    /// <exception cref="InvalidOperationException">Candidates are not in the store; names the first of them.</exception>
    /// <exception cref="MediaReadException">A reference cannot be read.</exception>
    /// <exception cref="EmbeddingStoreException">The gallery was embedded by another model.</exception>
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
        options ??= new EvaluationOptions();
        System.ComponentModel.DataAnnotations.Validator.ValidateObject(options, new(options), validateAllProperties: true);
        using var activity = CoVRDiagnostics.Activities.StartActivity("covr.evaluate");
        activity?.SetTag("covr.dataset", dataset.Name).SetTag("covr.protocol", protocol.Name);

        var pipeline = await Task.Run(_factory, cancellationToken).ConfigureAwait(false);
        _logger.EvaluationStarted(dataset.Triplets.Count, dataset.Name, dataset.Candidates.Count, protocol.Name, options.Parts.Aggregate((all, part) => all | part));
        using var mode = EvaluationMode.Enter(pipeline.Model);
        var gallery = await EvaluationGallery.ReadAsync(pipeline, dataset, protocol.Similarity, options, cancellationToken).ConfigureAwait(false);
        var tally = new QueryTally(dataset.Triplets.Count, _time, progress);
        var rankings = options.Parts.Select(_ => new List<IReadOnlyList<SearchHit>>(dataset.Triplets.Count)).ToArray();
        await foreach (var batch in QueryBatches.ReadAsync(pipeline, dataset.Triplets, media, options, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                var found = await Task.Run(() => Rank(pipeline.Model, gallery.Index, protocol, batch, options.Parts), cancellationToken).ConfigureAwait(false);
                for (var kind = 0; kind < rankings.Length; kind++)
                {
                    rankings[kind].AddRange(found[kind]);
                }

                tally.Add(batch.Triplets.Count);
            }
        }

        return [.. options.Parts.Select((parts, kind) => new EvaluationResult(
            parts, Report(pipeline, protocol.Score(dataset, rankings[kind]), gallery, parts), rankings[kind]))];
    }

    private static IReadOnlyList<IReadOnlyList<SearchHit>>[] Rank(
        ComposedModel model, ExactIndex index, IRetrievalProtocol protocol, QueryBatch batch, IReadOnlyList<QueryParts> kinds)
    {
        var queries = ModelCalls.EncodeQueries(model, batch.References, [.. batch.Triplets.Select(triplet => triplet.Modification)], kinds);
        SearchOptions[] search = [.. batch.Triplets.Select(triplet => SubsetHits.Search(triplet, protocol))];
        return [.. queries.Select(sets => SubsetHits.Keep(index.Search(sets, search), batch.Triplets, protocol.Depth))];
    }

    private static RetrievalReport Report(RetrievalPipeline pipeline, RetrievalReport scored, EvaluationGallery gallery, QueryParts parts)
    {
        var fingerprint = pipeline.Store.Fingerprint;
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["query parts"] = parts switch { QueryParts.Both => "composed", QueryParts.Modification => "text-only", _ => "image-only" },
            ["query frames"] = pipeline.QuerySampler.Name,
            ["similarity"] = gallery.Index.Similarity.Name,
            ["pooling"] = gallery.Pooling,
            ["coverage"] = $"{gallery.Index.Count} of {gallery.Index.Count + gallery.Missing} candidates",
            ["ties"] = "equal scores in the order of the gallery",
            ["text limit"] = $"{pipeline.Model.Description.Text.EvaluationLimit} tokens",
            ["model"] = fingerprint.Model,
            ["weights sha-256"] = fingerprint.WeightsSha256,
            ["preprocessing"] = fingerprint.Preprocessing,
        };
        foreach (var (name, value) in scored.Facts)
        {
            facts[name] = value;
        }

        return scored with { Facts = facts };
    }

    private sealed class QueryTally(long total, TimeProvider time, IProgress<JobProgress>? progress)
    {
        private readonly long _start = time.GetTimestamp();
        private long _done;

        public void Add(int queries)
        {
            _done += queries;
            progress?.Report(new JobProgress(_done, total, 0, time.GetElapsedTime(_start)));
        }
    }
}
