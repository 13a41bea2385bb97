using CoVR.Data;
using CoVR.Modeling;

namespace CoVR.Evaluation;

/// <summary>One variant of a run, bound to its data set: the rules to carry out and the gallery that each kind of query needs.</summary>
internal sealed class EvaluationPlan
{
    private static readonly IFramePooling Mean = new MeanFramePooling();

    private readonly IFramePooling _pooling;

    private EvaluationPlan(EvaluationVariant variant, IRetrievalProtocol protocol, TripletDataset dataset, RetrievalPipeline pipeline, EmbeddingFingerprint fingerprint)
    {
        Variant = variant;
        Protocol = protocol.Under(variant.Preset, dataset);
        Rules = Protocol.Rules;
        Similarity = variant.Similarity ?? Protocol.Similarity;
        (Store, Fingerprint) = (variant.Store ?? pipeline.Gallery, fingerprint);
        _pooling = variant.Pooling ?? pipeline.Pooling;
    }

    public EvaluationVariant Variant { get; }

    public IRetrievalProtocol Protocol { get; }

    public RetrievalRules Rules { get; }

    public ISimilarity Similarity { get; }

    public IEmbeddingSource Store { get; }

    /// <summary>What made the embeddings of <see cref="Store"/>.</summary>
    public EmbeddingFingerprint Fingerprint { get; }

    /// <summary>Binds a variant to a data set.</summary>
    /// <exception cref="GalleryException">The variant's embeddings were made by another model than the pipeline's.</exception>
    public static async Task<EvaluationPlan> CreateAsync(
        EvaluationVariant variant, IRetrievalProtocol protocol, TripletDataset dataset, RetrievalPipeline pipeline, CancellationToken cancellationToken)
    {
        var own = (await pipeline.Gallery.GetInfoAsync(cancellationToken).ConfigureAwait(false)).Fingerprint;
        var fingerprint = variant.Store is null ? own : await variant.Store.GetFingerprintAsync(cancellationToken).ConfigureAwait(false);
        return (fingerprint with { Preprocessing = own.Preprocessing }).DifferencesFrom(own) is { Count: > 0 } differences
            ? throw new GalleryException(variant.Name, $"the gallery was embedded by another model than the pipeline's: {string.Join("; ", differences)}.")
            : new EvaluationPlan(variant, protocol, dataset, pipeline, fingerprint);
    }

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
        IEmbeddingSource Store,
        IFramePooling? Pooling,
        bool KeepsFrames,
        Type SimilarityType,
        string SimilarityName,
        RetrievalRules Rules,
        double CaptionShare);
}
