using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Reproduction.Evaluation;

/// <summary>A benchmark under the rules of the Python code.</summary>
internal sealed class ReferenceProtocol(IRetrievalProtocol inner, RetrievalRules rules, Func<Triplet, IReadOnlySet<MediaId>> exclusions) : IRetrievalProtocol
{
    public string Name => inner.Name;

    public ISimilarity Similarity => inner.Similarity;

    public int Depth => inner.Depth;

    public string PrimaryMetric => inner.PrimaryMetric;

    public RetrievalRules Rules => rules;

    /// <summary>Whether shares are single precision before they become percent, which can turn a half at the third decimal.</summary>
    public bool DividesInSinglePrecision { get; init; }

    public IReadOnlyList<GalleryCandidate>? Arrange(TripletDataset dataset) =>
        rules.Layout == CandidatePerRow.Name ? CandidatePerRow.Arrange(dataset) : inner.Arrange(dataset);

    public IReadOnlySet<MediaId> Exclusions(Triplet triplet)
    {
        ArgumentNullException.ThrowIfNull(triplet);
        return exclusions(triplet);
    }

    public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        var report = inner.Score(dataset, rankings);
        var facts = new Dictionary<string, string>(report.Facts) { ["exclusions"] = rules.SelfMatch };
        return report with { Facts = facts, Metrics = DividesInSinglePrecision ? InSinglePrecision(report) : report.Metrics };
    }

    private static OrderedDictionary<string, double> InSinglePrecision(RetrievalReport report)
    {
        var metrics = new OrderedDictionary<string, double>();
        foreach (var (name, value) in report.Metrics)
        {
            metrics[name] = name.StartsWith("R@", StringComparison.Ordinal)
                ? RetrievalMetrics.Round((float)report.QueryScores[name].Count(score => score > 0) / report.QueryScores[name].Count * 100d, 2)
                : value;
        }

        return metrics;
    }
}
