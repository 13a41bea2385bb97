namespace CoVR.Data;

/// <summary>Turns a benchmark's protocol into the one to score by. Derive from it for your own rules.</summary>
/// <remarks>Presets are safe for use from several threads.</remarks>
public abstract class EvaluationPreset
{
    /// <summary>The protocol unchanged: no candidate is pooled with the text of a query, and a query's reference is excluded from its ranking. The default.</summary>
    public static EvaluationPreset LeakFree { get; } = new LeakFreePreset();

    /// <summary>The rules the papers describe (<see cref="IRetrievalProtocol.PublishedRules"/>): what leaks in the papers leaks here.</summary>
    public static EvaluationPreset Corrected { get; } = new CorrectedPreset();

    /// <summary>The name used in reports and fingerprints.</summary>
    public abstract string Name { get; }

    /// <summary>Applies the preset.</summary>
    /// <param name="protocol">The benchmark, already bound to the data set (<see cref="IRetrievalProtocol.BindTo"/>).</param>
    /// <param name="dataset">What will be ranked.</param>
    /// <returns>The protocol to score by; <paramref name="protocol"/> itself if nothing changes.</returns>
    public abstract IRetrievalProtocol Apply(IRetrievalProtocol protocol, TripletDataset dataset);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private sealed class LeakFreePreset : EvaluationPreset
    {
        public override string Name => "honest";

        public override IRetrievalProtocol Apply(IRetrievalProtocol protocol, TripletDataset dataset) => protocol;
    }

    private sealed class CorrectedPreset : EvaluationPreset
    {
        public override string Name => "corrected";

        public override IRetrievalProtocol Apply(IRetrievalProtocol protocol, TripletDataset dataset)
        {
            ArgumentNullException.ThrowIfNull(protocol);
            return protocol.PublishedRules == protocol.Rules ? protocol : new PublishedProtocol(protocol);
        }
    }

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
