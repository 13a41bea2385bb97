using CoVR.Data;
using CoVR.Retrieval;

namespace CoVR.Evaluation;

/// <summary>One variant of a run, bound to its data set: the rules to carry out and the gallery that each kind of query needs.</summary>
internal sealed class EvaluationPlan
{
    private readonly IFramePooling _pipelinePooling;

    private EvaluationPlan(EvaluationVariant variant, IRetrievalProtocol protocol, TripletDataset dataset, RetrievalPipeline pipeline, EmbeddingFingerprint fingerprint)
    {
        Variant = variant;
        Protocol = variant.Apply(protocol.BindTo(dataset), dataset);
        Rules = Protocol.Rules;
        Similarity = variant.Similarity ?? Protocol.Similarity;
        _pipelinePooling = variant.Pooling ?? pipeline.Pooling;
        (Store, Fingerprint) = (variant.Store ?? pipeline.Gallery, fingerprint);
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

    /// <summary>The pooling of candidates; null when each query pools them (<see cref="ISimilarity.PoolsFrames"/>).</summary>
    public ICandidatePooling? PoolingFor(QueryKind kind) =>
        Similarity.PoolsFrames ? null : (Rules.Pooling ?? FixedPooling.OfThePipeline).ForQueries(kind.Parts);

    /// <summary>Makes a candidate comparable: pooled and normalised as the rules say.</summary>
    public EmbeddingSet Pool(QueryKind kind, GalleryCandidate candidate, EmbeddingSet frames)
    {
        var item = PoolingFor(kind)?.Pool(candidate, frames, _pipelinePooling) ?? frames;
        return Rules.NormalizesCandidates ? EmbeddingShapes.UnitRows(item) : item;
    }

    /// <summary>The words of the fingerprint.</summary>
    public string PoolingName(QueryKind kind) => PoolingFor(kind) is not { } pooling
        ? "by each query"
        : pooling.Describe(_pipelinePooling) + (Rules.Layout is { } layout ? $", {layout}" : "") + (Rules.NormalizesCandidates ? ", made unit length" : "");

    /// <summary>The key of an index: plans with equal keys share one.</summary>
    public GalleryKey KeyFor(QueryKind kind) => new(
        Store, PoolingFor(kind), _pipelinePooling, Similarity.GetType(), Similarity.Name, Rules with { Pooling = null, SelfMatch = "", Leaks = [] }, kind.CaptionShare);

    /// <summary>What a gallery is built from.</summary>
    internal sealed record GalleryKey(
        IEmbeddingSource Store,
        ICandidatePooling? Pooling,
        IFramePooling PipelinePooling,
        Type SimilarityType,
        string SimilarityName,
        RetrievalRules Rules,
        double CaptionShare);
}
