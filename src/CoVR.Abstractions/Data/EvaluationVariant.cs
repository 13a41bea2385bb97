namespace CoVR.Data;

/// <summary>The rules to evaluate by, and what overrides them.</summary>
/// <param name="Name">Unique in a run.</param>
/// <param name="Apply">
/// Turns the protocol of a benchmark, already bound to the data set (<see cref="IRetrievalProtocol.BindTo"/>), into the one to score by: the same if
/// nothing changes. Called from several threads.
/// </param>
public sealed record EvaluationVariant(string Name, Func<IRetrievalProtocol, TripletDataset, IRetrievalProtocol> Apply)
{
    /// <summary>
    /// What a real gallery would give; the default, named <c>honest</c>. The protocol is unchanged: no candidate is pooled with the text of a query, and a
    /// query's reference is excluded from its ranking.
    /// </summary>
    public static EvaluationVariant LeakFree { get; } = new("honest", (protocol, _) => protocol);

    /// <summary>The rules that the papers describe (<see cref="IRetrievalProtocol.PublishedRules"/>): what leaks in the papers leaks here.</summary>
    public static EvaluationVariant Corrected { get; } =
        new("corrected", (protocol, _) => protocol.PublishedRules == protocol.Rules ? protocol : new PublishedProtocol(protocol));

    /// <summary>The name of the rules, for fingerprints.</summary>
    /// <value>The first <see cref="Name"/>; a copy made by <c>with</c> under another name keeps it.</value>
    public string Preset { get; init; } = Name;

    /// <summary>How the frames of candidates are pooled; null for the pipeline's pooling. Ignored where <see cref="RetrievalRules.Pooling"/> is set.</summary>
    public IFramePooling? Pooling { get; init; }

    /// <summary>How queries and candidates are compared; null for the protocol's similarity.</summary>
    public ISimilarity? Similarity { get; init; }

    /// <summary>The gallery's embeddings, made by the same model; null for the pipeline's store. Set it for a BGR gallery, for example.</summary>
    public IEmbeddingSource? Store { get; init; }

    private sealed class PublishedProtocol(IRetrievalProtocol inner) : IRetrievalProtocol
    {
        public string Name => inner.Name;

        public ISimilarity Similarity => inner.Similarity;

        public int Depth => inner.Depth;

        public string PrimaryMetric => inner.PrimaryMetric;

        public RetrievalRules Rules { get; } = inner.PublishedRules;

        public IReadOnlyList<GalleryCandidate>? Arrange(TripletDataset dataset) => inner.Arrange(dataset);

        public IReadOnlySet<MediaId> Exclusions(Triplet triplet) => inner.Exclusions(triplet);

        public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings) => inner.Score(dataset, rankings);
    }
}
