using CoVR.Data;
using CoVR.Modeling;

namespace CoVR.Evaluation;

/// <summary>One variant of a run, bound to its data set: the rules to carry out and the gallery that each kind of query needs.</summary>
internal sealed class EvaluationPlan
{
    private static readonly IFramePooling Mean = new MeanFramePooling();

    private readonly IFramePooling _pooling;

    public EvaluationPlan(EvaluationVariant variant, IRetrievalProtocol protocol, TripletDataset dataset, RetrievalPipeline pipeline)
    {
        Variant = variant;
        Protocol = protocol.Under(variant.Preset, dataset);
        Rules = Protocol.Rules;
        Similarity = variant.Similarity ?? Protocol.Similarity;
        Store = variant.Store ?? pipeline.Store;
        _pooling = variant.Pooling ?? pipeline.Pooling;
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

    /// <summary>Whether the frames of candidates are weighed by the text of the question that they answer.</summary>
    /// <remarks>A query without text is compared with the mean of the frames (<c>configs/test/webvid-covr_visual.yaml</c> of the reference).</remarks>
    public bool WeighsByAnswers(QueryKind kind) => Rules.Pooling == CandidatePooling.AnswerText && kind.Parts != QueryParts.Reference && !Similarity.PoolsFrames;

    /// <summary>Pools frames; null when answers or queries do.</summary>
    public IFramePooling? PoolingFor(QueryKind kind) => Similarity.PoolsFrames || WeighsByAnswers(kind) ? null : Rules.Pooling == CandidatePooling.AnswerText ? Mean : _pooling;

    /// <summary>The words of the fingerprint.</summary>
    public string PoolingName(QueryKind kind) => Similarity.PoolsFrames ? "by each query"
        : (PoolingFor(kind)?.ToString() ?? "by the text of the answered query, temperature 0.1")
            + (Rules.MostFrames is { } most ? $", at most {most} frames" : "") + (Rules.ColumnForEachRow ? ", once for each row" : "") + (Rules.NormalizesCandidates ? ", made unit length" : "");

    /// <summary>What decides the content and order of an index: plans that agree share one.</summary>
    public GalleryKey KeyFor(QueryKind kind) => new(
        Store, PoolingFor(kind), Similarity.PoolsFrames, Similarity.GetType(), Similarity.Name, Rules with { SelfMatch = "", Leaks = [] }, kind.CaptionShare);

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
