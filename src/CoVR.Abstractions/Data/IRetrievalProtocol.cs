namespace CoVR.Data;

/// <summary>The rules by which a benchmark ranks and scores.</summary>
/// <remarks>A protocol is leak-free unless changed: an <see cref="EvaluationVariant"/> may turn it into another. Implementations are safe for use from several threads.</remarks>
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

    /// <summary>The rules that the benchmark's paper describes, which may leak; used by <see cref="EvaluationVariant.Corrected"/>.</summary>
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
