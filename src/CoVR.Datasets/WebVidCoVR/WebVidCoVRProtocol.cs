using System.Collections.Frozen;
using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>
/// The rules of WebVid-CoVR-Test: mean-pooled dot product, gallery of the test targets, the reference left out, recall
/// at 1, 5, 10 and 50, and the mean of the first three (<c>src/test/blip2/webvid_covr.py</c> of the reference).
/// </summary>
/// <param name="excludeReference">False to leave the unchanged reference among the candidates, which is harder.</param>
public sealed class WebVidCoVRProtocol(bool excludeReference = true) : IRetrievalProtocol
{
    private static readonly int[] Cuts = [1, 5, 10, 50];

    /// <inheritdoc/>
    public string Name => ExcludeReference ? "webvid-covr" : "webvid-covr, reference among the candidates";

    /// <summary>Whether a query's own reference is left out.</summary>
    public bool ExcludeReference { get; } = excludeReference;

    /// <inheritdoc/>
    public ISimilarity Similarity { get; } = new MeanPooledSimilarity();

    /// <inheritdoc/>
    public int Depth => Cuts[^1];

    /// <inheritdoc/>
    public string PrimaryMetric => "R@1";

    /// <inheritdoc/>
    /// <remarks>Never the target itself: a row whose reference is its target can still be answered.</remarks>
    public IReadOnlySet<MediaId> Exclusions(Triplet triplet)
    {
        ArgumentNullException.ThrowIfNull(triplet);
        return ExcludeReference && triplet.Reference != triplet.Target
            ? new HashSet<MediaId> { triplet.Reference }
            : FrozenSet<MediaId>.Empty;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one ranking a triplet, or a triplet has no target.</exception>
    public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(rankings);
        if (rankings.Count != dataset.Triplets.Count || rankings.Count == 0)
        {
            throw new ArgumentException($"{dataset.Triplets.Count} triplets need as many rankings, at least one, not {rankings.Count}.", nameof(rankings));
        }

        int?[] ranks = [.. dataset.Triplets.Select((triplet, i) => Rank(triplet, rankings[i]))];
        var metrics = Cuts.ToDictionary(cut => $"R@{cut}", cut => RetrievalMetrics.RoundAsPython(RetrievalMetrics.RecallAt(ranks, cut), 2));
        metrics["R_mean"] = RetrievalMetrics.RoundAsPython(Cuts.Take(3).Average(cut => RetrievalMetrics.RecallAt(ranks, cut)), 2);
        return new RetrievalReport(Name, PrimaryMetric, metrics, ranks.Length, dataset.Candidates.Count, new Dictionary<string, string>
        {
            ["similarity"] = Similarity.Name,
            ["exclusions"] = ExcludeReference ? "the query's own reference" : "none",
            ["ties"] = "in gallery order",
        });
    }

    private static int? Rank(Triplet triplet, IReadOnlyList<SearchHit> hits) => RetrievalMetrics.RankOf(
        hits,
        triplet.Target ?? throw new ArgumentException($"Triplet {triplet.Id} has no target: this split is hidden and cannot be scored.", nameof(triplet)));
}
