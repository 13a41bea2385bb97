using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>The outcome of one kind of query by the rules of one variant.</summary>
public sealed record EvaluationResult
{
    /// <summary>By whose rules.</summary>
    public required EvaluationVariant Variant { get; init; }

    /// <summary>The benchmark under the rules of the variant's preset.</summary>
    public required IRetrievalProtocol Protocol { get; init; }

    /// <summary>What the queries were made of.</summary>
    public required QueryKind Query { get; init; }

    /// <summary>What was scored: the data set without queries that could not be read.</summary>
    public required TripletDataset Dataset { get; init; }

    /// <summary>The figures.</summary>
    public required RetrievalReport Report { get; init; }

    /// <summary>Confidence intervals of the metrics that are means over queries.</summary>
    public required IReadOnlyDictionary<string, MetricInterval> Intervals { get; init; }

    /// <summary>How <see cref="Intervals"/> were drawn.</summary>
    public required BootstrapOptions Bootstrap { get; init; }

    /// <summary>For each triplet of <see cref="Dataset"/> its hits, best first.</summary>
    public required IReadOnlyList<IReadOnlyList<SearchHit>> Rankings { get; init; }

    /// <summary>What defines the figures.</summary>
    public required ProtocolFingerprint Fingerprint { get; init; }

    /// <summary>How much of the data was there.</summary>
    public required EvaluationCoverage Coverage { get; init; }

    /// <summary>What the ranking knows that no gallery in use could know; empty when nothing leaks.</summary>
    public required IReadOnlyList<string> Leaks { get; init; }

    /// <summary>Where the run departs from what the preset asks for, one sentence each.</summary>
    public required IReadOnlyList<string> Deviations { get; init; }
}
