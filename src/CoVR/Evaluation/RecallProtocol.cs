using CoVR.Data;
using CoVR.Retrieval;

namespace CoVR.Evaluation;

/// <summary>Recall at given cut-offs over the whole gallery: the protocol for your own data sets.</summary>
/// <remarks>
/// Triplets without a target are left out of the figures. The presets of the papers apply their rules of WebVid-CoVR
/// (<see cref="RetrievalRules.ForVideos"/>). Safe for use from several threads.
/// </remarks>
public sealed class RecallProtocol : IRetrievalProtocol
{
    private readonly int[] _cutoffs;
    private readonly bool _excludeReference;

    /// <summary>Sets the rules.</summary>
    /// <param name="similarity">How queries and candidates are compared; null for <see cref="Similarities.MeanPooled"/>.</param>
    /// <param name="cutoffs">The cut-offs; null for 1, 5, 10 and 50.</param>
    /// <param name="excludeReference">Whether a query's own reference is left out of its ranking.</param>
    public RecallProtocol(ISimilarity? similarity = null, IReadOnlyList<int>? cutoffs = null, bool excludeReference = true)
    {
        Similarity = similarity ?? Similarities.MeanPooled;
        _cutoffs = [.. (cutoffs ?? [1, 5, 10, 50]).Distinct().Order()];
        _excludeReference = excludeReference;
        Rules = new RetrievalRules
        {
            NormalizesCandidates = true,
            SelfMatch = excludeReference ? "left out, unless it is the target" : "among the candidates",
        };
        if (_cutoffs.Length == 0 || _cutoffs[0] < 1)
        {
            throw new ArgumentException("At least one cut-off is needed, and each must be at least 1.", nameof(cutoffs));
        }
    }

    /// <inheritdoc/>
    public string Name => "recall";

    /// <inheritdoc/>
    public ISimilarity Similarity { get; }

    /// <inheritdoc/>
    public int Depth => _cutoffs[^1];

    /// <inheritdoc/>
    /// <value>Recall at the first cut-off, for example <c>R@1</c>.</value>
    public string PrimaryMetric => $"R@{_cutoffs[0]}";

    /// <inheritdoc/>
    public RetrievalRules Rules { get; }

    /// <inheritdoc/>
    /// <remarks>Frames are weighted by the answered text.</remarks>
    public RetrievalRules PublishedRules => Rules with { Pooling = FramePoolings.ByAnsweredText };

    /// <inheritdoc/>
    public IReadOnlySet<MediaId> Exclusions(Triplet triplet)
    {
        ArgumentNullException.ThrowIfNull(triplet);
        return _excludeReference && triplet.Reference != triplet.Target ? new HashSet<MediaId> { triplet.Reference } : new HashSet<MediaId>();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one ranking for each triplet.</exception>
    public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(rankings);
        if (rankings.Count != dataset.Triplets.Count)
        {
            throw new ArgumentException($"{dataset.Triplets.Count} queries need {dataset.Triplets.Count} rankings, not {rankings.Count}.", nameof(rankings));
        }

        var counted = dataset.Triplets.Select(triplet => triplet.Target is not null).ToArray();
        int?[] ranks = [.. rankings.Zip(dataset.Triplets, (hits, triplet) => triplet.Target is { } target ? RetrievalMetrics.RankOf(hits, target) : null)];
        int?[] scored = [.. ranks.Where((_, i) => counted[i])];
        return new RetrievalReport(
            Name,
            PrimaryMetric,
            _cutoffs.ToDictionary(k => $"R@{k}", k => RetrievalMetrics.RecallAt(scored, k)),
            scored.Length,
            dataset.Candidates.Count,
            new Dictionary<string, string>
            {
                ["similarity"] = Similarity.Name,
                ["exclusions"] = Rules.SelfMatch,
            })
        {
            QueryScores = _cutoffs.ToDictionary(
                k => $"R@{k}",
                k => (IReadOnlyList<double>)[.. RetrievalMetrics.RecallScores(ranks, k).Select((score, i) => counted[i] ? score : double.NaN)]),
        };
    }
}
