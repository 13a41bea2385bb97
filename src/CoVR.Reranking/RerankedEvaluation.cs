using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Retrieval;

namespace CoVR.Reranking;

/// <summary>What reranking makes of an evaluation: the figures before and after, the best that any order of the same hits could give, and the price.</summary>
/// <param name="First">The single pass.</param>
/// <param name="Report">The figures after reranking.</param>
/// <param name="Ceiling">The figures if every answer among the reranked hits came first.</param>
public sealed record RerankedEvaluation(EvaluationResult First, RetrievalReport Report, RetrievalReport Ceiling)
{
    /// <summary>Confidence intervals of <see cref="Report"/>, drawn as those of the single pass.</summary>
    public required IReadOnlyDictionary<string, Bootstrap.Interval> Intervals { get; init; }

    /// <summary>The reranker.</summary>
    public required string Reranker { get; init; }

    /// <summary>Its fingerprint.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>How many of the best hits were reranked.</summary>
    public required int Hits { get; init; }

    /// <summary>Queries that were reranked; the single pass was sure of the others, or the reranker does not judge their kind.</summary>
    public required int Reranked { get; init; }

    /// <summary>Candidates scored in all.</summary>
    public required long Calls { get; init; }

    /// <summary>Candidates that could not be scored, which kept their places.</summary>
    public required long Faults { get; init; }

    /// <summary>Seconds that reranking took for one query, on average over all queries.</summary>
    public required double SecondsPerQuery { get; init; }

    /// <summary>Reranks the hits of an evaluation.</summary>
    /// <param name="pipeline">The pipeline, with a reranker; its gallery is not asked.</param>
    /// <param name="first">The single pass.</param>
    /// <param name="media">Locates references and candidates.</param>
    /// <param name="progress">Counts queries; may be null.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ArgumentException">The pipeline has no reranker.</exception>
    /// <exception cref="MediaReadException">A reference cannot be read.</exception>
    public static async Task<RerankedEvaluation> RunAsync(
        RetrievalPipeline pipeline, EvaluationResult first, ITripletDatasetReader media, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(media);
        var reranker = pipeline.Reranker ?? throw new ArgumentException("The pipeline has no reranker: call UseReranker, or UsePairReranker.", nameof(pipeline));
        var (start, triplets) = (System.Diagnostics.Stopwatch.GetTimestamp(), first.Dataset.Triplets);
        var results = new SearchResult[triplets.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var query = new ComposedQuery(media.Locate(triplets[i].Reference), triplets[i].Modification);
            results[i] = await pipeline.RerankAsync(query, new SearchResult(first.Rankings[i], first.Rankings[i].Count), media.Locate, cancellationToken).ConfigureAwait(false);
            progress?.Report(new JobProgress(i + 1, results.Length, 0, System.Diagnostics.Stopwatch.GetElapsedTime(start)));
        }

        var report = first.Protocol.Score(first.Dataset, [.. results.Select(result => result.Hits)]);
        return new RerankedEvaluation(first, report, first.Protocol.Score(first.Dataset, [.. triplets.Select((triplet, i) => AnswersFirst(triplet, first.Rankings[i], pipeline.RerankedHits))]))
        {
            Intervals = first.Bootstrap.Intervals(triplets, report),
            Reranker = reranker.Name,
            Fingerprint = reranker.Fingerprint,
            Hits = pipeline.RerankedHits,
            Reranked = results.Count(result => result.RerankedCandidates > 0),
            Calls = results.Sum(result => (long)result.RerankedCandidates),
            Faults = results.Sum(result => (long)result.RerankFaults.Count),
            SecondsPerQuery = results.Length == 0 ? 0 : results.Average(result => result.RerankingTime.TotalSeconds),
        };
    }

    private static IReadOnlyList<SearchHit> AnswersFirst(Triplet triplet, IReadOnlyList<SearchHit> hits, int reranked) =>
        [.. hits.Take(reranked).OrderByDescending(hit => hit.Id == triplet.Target || triplet.Answers?.ContainsKey(hit.Id) == true).Concat(hits.Skip(reranked)).Select((hit, i) => hit with { Rank = i + 1 })];
}
