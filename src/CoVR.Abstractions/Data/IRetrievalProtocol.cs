namespace CoVR.Data;

/// <summary>The rules by which a benchmark ranks and scores.</summary>
/// <remarks>A protocol is leak-free unless changed: an <see cref="EvaluationPreset"/> may turn it into another. Implementations are safe for use from several threads.</remarks>
public interface IRetrievalProtocol
{
    /// <summary>The name used in reports.</summary>
    string Name { get; }

    /// <summary>How queries and candidates are compared.</summary>
    ISimilarity Similarity { get; }

    /// <summary>How many hits a ranking must have at most.</summary>
    int Depth { get; }

    /// <summary>The metric by which checkpoints are chosen; higher is better.</summary>
    string PrimaryMetric { get; }

    /// <summary>The rules that the evaluator carries out: pooling, normalisation, ties.</summary>
    RetrievalRules Rules => RetrievalRules.Default;

    /// <summary>The rules that the benchmark's paper describes, which may leak; used by <see cref="EvaluationPreset.Corrected"/>.</summary>
    /// <value><see cref="Rules"/> by default.</value>
    RetrievalRules PublishedRules => Rules;

    /// <summary>Binds the benchmark to a data set, so that its rules can depend on rows or candidates.</summary>
    /// <param name="dataset">What will be ranked.</param>
    /// <returns>A protocol for this data set; itself by default.</returns>
    IRetrievalProtocol BindTo(TripletDataset dataset) => this;

    /// <summary>Decides which candidates the gallery has, and in which order; <see cref="RetrievalRules.Layout"/> names the arrangement.</summary>
    /// <param name="dataset">What will be ranked.</param>
    /// <returns>
    /// Candidates with different <see cref="GalleryCandidate.Id"/>s; the order is that of equal scores where an <see cref="ITieBreaker"/> asks for it.
    /// Null by default: each of <see cref="TripletDataset.Candidates"/> once.
    /// </returns>
    IReadOnlyList<GalleryCandidate>? Arrange(TripletDataset dataset) => null;

    /// <summary>The items that a query excludes, usually its own reference.</summary>
    /// <param name="triplet">The query.</param>
    /// <returns>Identities that are excluded from the search.</returns>
    IReadOnlySet<MediaId> Exclusions(Triplet triplet);

    /// <summary>Scores rankings.</summary>
    /// <param name="dataset">The queries and the gallery.</param>
    /// <param name="rankings">For each triplet its hits, best first; beyond <see cref="Depth"/> at most those of <see cref="Triplet.Subset"/>.</param>
    /// <returns>Metrics in percent; empty if the split's answers are hidden.</returns>
    RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings);
}

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
