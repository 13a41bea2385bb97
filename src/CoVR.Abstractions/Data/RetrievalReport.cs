namespace CoVR.Data;

/// <summary>The figures of one evaluation.</summary>
/// <param name="Protocol">The protocol's name.</param>
/// <param name="PrimaryMetric">The metric by which checkpoints are chosen.</param>
/// <param name="Metrics">Percentages by name, for example <c>R@1</c>.</param>
/// <param name="Queries">How many queries were scored.</param>
/// <param name="Gallery">How many candidates there were.</param>
/// <param name="Facts">Other facts that define the run: similarity, exclusions, ties, hashes.</param>
public sealed record RetrievalReport(
    string Protocol,
    string PrimaryMetric,
    IReadOnlyDictionary<string, double> Metrics,
    int Queries,
    int Gallery,
    IReadOnlyDictionary<string, string> Facts)
{
    /// <summary>The figure of <see cref="PrimaryMetric"/>, in percent.</summary>
    /// <value>Null where the answers are hidden.</value>
    public double? Primary => Metrics.TryGetValue(PrimaryMetric, out var value) ? value : null;

    /// <summary>
    /// Each query's contribution to a metric that is a mean over queries: percentages, one per triplet, in the order
    /// of the triplets, NaN for triplets that do not count. Confidence intervals are computed from these; a metric without
    /// them has none.
    /// </summary>
    /// <value>Empty by default. For <c>R@1</c> 100 or 0; for a mean of metrics the mean of their numbers.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> QueryScores { get; init; } = new Dictionary<string, IReadOnlyList<double>>();
}
