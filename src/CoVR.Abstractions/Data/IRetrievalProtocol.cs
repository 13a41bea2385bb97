namespace CoVR.Data;

/// <summary>The rules by which a benchmark ranks and scores.</summary>
public interface IRetrievalProtocol
{
    /// <summary>The name that reports state.</summary>
    string Name { get; }

    /// <summary>How queries and candidates are compared.</summary>
    ISimilarity Similarity { get; }

    /// <summary>How many hits a ranking must have at most.</summary>
    int Depth { get; }

    /// <summary>The metric by which checkpoints are chosen; higher is better.</summary>
    string PrimaryMetric { get; }

    /// <summary>What a query's ranking leaves out, usually its own reference.</summary>
    /// <param name="triplet">The query.</param>
    /// <returns>Identities that are excluded from the search.</returns>
    IReadOnlySet<MediaId> Exclusions(Triplet triplet);

    /// <summary>Scores rankings.</summary>
    /// <param name="dataset">The queries and the gallery.</param>
    /// <param name="rankings">For each triplet its hits, best first.</param>
    /// <returns>Metrics in percent.</returns>
    RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings);
}

/// <summary>The figures of one evaluation.</summary>
/// <param name="Protocol">The protocol's name.</param>
/// <param name="PrimaryMetric">The metric by which checkpoints are chosen.</param>
/// <param name="Metrics">Percentages by name, for example <c>R@1</c>.</param>
/// <param name="Queries">How many queries were scored.</param>
/// <param name="Gallery">How many candidates there were.</param>
/// <param name="Facts">What else defines the run: similarity, exclusions, ties, hashes.</param>
public sealed record RetrievalReport(
    string Protocol,
    string PrimaryMetric,
    IReadOnlyDictionary<string, double> Metrics,
    int Queries,
    int Gallery,
    IReadOnlyDictionary<string, string> Facts);
