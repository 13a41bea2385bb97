using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Cli.Runs;

/// <summary>A protocol under every preset of which candidates are pooled without a question: <c>emb_pool: mean</c> and <c>middle</c>.</summary>
/// <param name="inner">The protocol in all else.</param>
internal sealed class PooledProtocol(IRetrievalProtocol inner) : IRetrievalProtocol, IResultFiles
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public RetrievalRules Rules => inner.Rules with { Pooling = CandidatePooling.Pipeline };

    /// <inheritdoc/>
    public ISimilarity Similarity => inner.Similarity;

    /// <inheritdoc/>
    public int Depth => inner.Depth;

    /// <inheritdoc/>
    public string PrimaryMetric => inner.PrimaryMetric;

    /// <inheritdoc/>
    public IRetrievalProtocol Under(EvaluationPreset preset, TripletDataset dataset) => new PooledProtocol(inner.Under(preset, dataset));

    /// <inheritdoc/>
    public IReadOnlySet<MediaId> Exclusions(Triplet triplet) => inner.Exclusions(triplet);

    /// <inheritdoc/>
    public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings) => inner.Score(dataset, rankings);

    /// <inheritdoc/>
    public IReadOnlyList<ResultFile> Files(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryKind? query = null) =>
        inner is IResultFiles files ? files.Files(dataset, rankings, query) : [];
}
