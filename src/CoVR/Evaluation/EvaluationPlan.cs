using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>One variant of a run, bound to its data set: the rules to carry out and the gallery that each kind of query needs.</summary>
internal sealed class EvaluationPlan
{
    public EvaluationPlan(EvaluationVariant variant, IRetrievalProtocol protocol, TripletDataset dataset, RetrievalPipeline pipeline)
    {
        Variant = variant;
        Protocol = protocol.Under(variant.Preset, dataset);
        Rules = Protocol.Rules;
        Similarity = variant.Similarity ?? Protocol.Similarity;
        Store = variant.Store ?? pipeline.Store;
        Pooling = Similarity.PoolsFrames || Rules.Pooling == CandidatePooling.AnswerText ? null : variant.Pooling ?? pipeline.Pooling;
        var different = Store.Fingerprint with { Preprocessing = pipeline.Store.Fingerprint.Preprocessing };
        if (different.DifferencesFrom(pipeline.Store.Fingerprint) is { Count: > 0 } differences)
        {
            throw new EmbeddingStoreException(variant.Name, $"the gallery was embedded by another model than the pipeline's: {string.Join("; ", differences)}.");
        }
    }

    public EvaluationVariant Variant { get; }

    public IRetrievalProtocol Protocol { get; }

    public RetrievalRules Rules { get; }

    public ISimilarity Similarity { get; }

    public IEmbeddingStore Store { get; }

    /// <summary>Pools frames; null when answers or queries do.</summary>
    public IFramePooling? Pooling { get; }

    /// <summary>The words of the fingerprint.</summary>
    public string PoolingName => Similarity.PoolsFrames ? "by each query"
        : (Pooling?.ToString() ?? "by the text of the answered query, temperature 0.1")
            + (Rules.MostFrames is { } most ? $", at most {most} frames" : "") + (Rules.ColumnForEachRow ? ", once for each row" : "") + (Rules.NormalizesCandidates ? ", made unit length" : "");

    /// <summary>What decides the content and order of an index: plans that agree share one.</summary>
    public GalleryKey KeyFor(QueryKind kind) => new(
        Store, Pooling, Similarity.PoolsFrames, Similarity.GetType(), Similarity.Name, Rules with { SelfMatch = "", Leaks = [] }, kind.CaptionShare);

    /// <summary>What a gallery is made of.</summary>
    internal sealed record GalleryKey(
        IEmbeddingStore Store,
        IFramePooling? Pooling,
        bool KeepsFrames,
        Type SimilarityType,
        string SimilarityName,
        RetrievalRules Rules,
        double CaptionShare);
}
