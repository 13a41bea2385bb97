using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>The result for one kind of query under one variant.</summary>
public sealed partial record EvaluationResult
{
    /// <summary>The variant.</summary>
    public required EvaluationVariant Variant { get; init; }

    /// <summary>The benchmark under the rules of the variant's preset.</summary>
    public required IRetrievalProtocol Protocol { get; init; }

    /// <summary>The kind of query.</summary>
    public required QueryKind Query { get; init; }

    /// <summary>What was scored: the data set without queries that could not be read.</summary>
    public required TripletDataset Dataset { get; init; }

    /// <summary>The figures.</summary>
    public required RetrievalReport Report { get; init; }

    /// <summary>Confidence intervals of the metrics that are means over queries.</summary>
    public required IReadOnlyDictionary<string, Bootstrap.Interval> Intervals { get; init; }

    /// <summary>How <see cref="Intervals"/> were drawn.</summary>
    public required Bootstrap Bootstrap { get; init; }

    /// <summary>For each triplet of <see cref="Dataset"/> its hits, best first.</summary>
    public required IReadOnlyList<IReadOnlyList<SearchHit>> Rankings { get; init; }

    /// <summary>Everything that defines the figures.</summary>
    public required ProtocolFingerprint Fingerprint { get; init; }

    /// <summary>How much of the data was available.</summary>
    public required EvaluationCoverage Coverage { get; init; }

    /// <summary>What the ranking uses that a real gallery could not know; empty if nothing leaks.</summary>
    public required IReadOnlyList<string> Leaks { get; init; }

    /// <summary>Where the run deviates from the preset, one sentence each.</summary>
    public required IReadOnlyList<string> Deviations { get; init; }

    /// <summary>The figures of a run as one JSON document; its schema is in <c>docs/evaluation.md</c>.</summary>
    /// <remarks>Keys and their order are stable, numbers know no culture, and nothing of the moment or the machine is in it: equal results give equal text.</remarks>
    /// <param name="results">In the order of the document.</param>
    /// <returns>Indented JSON that ends with a line break.</returns>
    public static string ToJson(IReadOnlyList<EvaluationResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return EvaluationJson.Serialize(results);
    }
}
