using System.Collections.Frozen;
using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Datasets;

/// <summary>Collects the figures of one benchmark; a split with hidden answers has none.</summary>
internal sealed class BenchmarkFigures
{
    /// <summary>How a query's reference is treated, for <see cref="RetrievalRules.SelfMatch"/>.</summary>
    public const string SelfMatch = "left out, unless it is the target";

    private readonly TripletDataset _dataset;
    private readonly OrderedDictionary<string, double> _metrics = [];
    private readonly Dictionary<string, IReadOnlyList<double>> _scores = [];

    /// <summary>Starts with the ranks of the targets.</summary>
    /// <exception cref="ArgumentException">There is not one ranking per triplet, or some targets are hidden and some are not.</exception>
    public BenchmarkFigures(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        RequireOneEach(dataset, rankings);
        var known = dataset.Triplets.Count(triplet => triplet.Target is not null);
        if (known > 0 && known < rankings.Count)
        {
            throw new ArgumentException($"{rankings.Count - known} of {rankings.Count} triplets of {dataset.Name} have no target: a split has targets or hides them.", nameof(dataset));
        }

        _dataset = dataset;
        IsHidden = known == 0;
        Ranks = IsHidden ? [] : [.. dataset.Triplets.Zip(rankings, (triplet, hits) => RetrievalMetrics.RankOf(hits, triplet.Target!.Value))];
    }

    /// <summary>Whether the answers are not published.</summary>
    public bool IsHidden { get; }

    /// <summary>The rank of each target; empty for a hidden split.</summary>
    public IReadOnlyList<int?> Ranks { get; }

    /// <summary>A query's reference, which is excluded from its ranking unless it is the target.</summary>
    public static IReadOnlySet<MediaId> OwnReference(Triplet triplet)
    {
        ArgumentNullException.ThrowIfNull(triplet);
        return triplet.Reference == triplet.Target ? FrozenSet<MediaId>.Empty : new HashSet<MediaId> { triplet.Reference };
    }

    /// <summary>Requires one ranking per triplet, and at least one.</summary>
    public static void RequireOneEach(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(rankings);
        if (rankings.Count != dataset.Triplets.Count || rankings.Count == 0)
        {
            throw new ArgumentException($"{dataset.Triplets.Count} triplets need {dataset.Triplets.Count} rankings, and at least one; there are {rankings.Count}.", nameof(rankings));
        }
    }

    /// <summary>Adds recall of the targets, as a percentage.</summary>
    public void AddRecall(string name, int k) => Add(name, (double)Ranks.Count(rank => rank <= k) / Ranks.Count * 100, RetrievalMetrics.RecallScores(Ranks, k));

    /// <summary>Adds a metric, in percent; rounded to two decimals.</summary>
    public void Add(string name, double value, IReadOnlyList<double> scores)
    {
        _metrics[name] = RetrievalMetrics.Round(value, 2);
        _scores[name] = scores;
    }

    /// <summary>The report of these figures.</summary>
    public RetrievalReport Report(IRetrievalProtocol protocol)
    {
        Dictionary<string, string> facts = new()
        {
            ["similarity"] = protocol.Similarity.Name,
            ["exclusions"] = protocol.Rules.SelfMatch,
        };
        if (IsHidden)
        {
            facts["answers"] = "hidden: the benchmark's server scores the submission file";
        }

        return new RetrievalReport(protocol.Name, protocol.PrimaryMetric, _metrics, _dataset.Triplets.Count, _dataset.Candidates.Count, facts) { QueryScores = _scores };
    }
}
