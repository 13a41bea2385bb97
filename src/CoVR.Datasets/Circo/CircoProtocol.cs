using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Retrieval;

namespace CoVR.Datasets.Circo;

/// <summary>
/// The rules of CIRCO: mean-pooled dot product, gallery of all of COCO's unlabeled pictures, the reference left out; mean
/// average precision over all right answers and recall of the one target, at 5, 10, 25 and 50.
/// </summary>
/// <remarks>
/// The precision at k is divided by min(right answers, k). Embeddings are compared as they are stored. The test split is hidden: its rankings
/// go to CIRCO's server. Immutable; safe for use from several threads.
/// </remarks>
internal sealed class CircoProtocol : IRetrievalProtocol
{
    private static readonly int[] Cuts = [5, 10, 25, 50];

    /// <inheritdoc/>
    public string Name => "circo";

    /// <inheritdoc/>
    public RetrievalRules Rules { get; } = new()
    {
        Gallery = "all unlabeled pictures of COCO 2017",
        SelfMatch = BenchmarkFigures.SelfMatch,
    };

    /// <inheritdoc/>
    public ISimilarity Similarity { get; } = Similarities.MeanPooled;

    /// <inheritdoc/>
    public int Depth => Cuts[^1];

    /// <inheritdoc/>
    public string PrimaryMetric => "mAP@10";

    /// <inheritdoc/>
    public IReadOnlySet<MediaId> Exclusions(Triplet triplet) => BenchmarkFigures.OwnReference(triplet);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one ranking per triplet, or a triplet has no list of right answers.</exception>
    public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings) => Figures(dataset, rankings).Report(this);

    private static BenchmarkFigures Figures(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        var figures = new BenchmarkFigures(dataset, rankings);
        if (figures.IsHidden)
        {
            return figures;
        }

        IReadOnlySet<MediaId>[] right = [.. dataset.Triplets.Select(AnswersOf)];
        foreach (var k in Cuts)
        {
            figures.Add($"mAP@{k}", RetrievalMetrics.MeanAveragePrecisionAt(rankings, right, k), [.. rankings.Zip(right, (hits, answers) => 100 * RetrievalMetrics.AveragePrecisionAt(hits, answers, k))]);
        }

        foreach (var k in Cuts)
        {
            figures.AddRecall($"Recall@{k}", k);
        }

        return figures;
    }

    private static HashSet<MediaId> AnswersOf(Triplet triplet) =>
        (triplet.Answers ?? throw new ArgumentException($"Triplet {triplet.Id} has no list of right answers: this is not CIRCO data.", nameof(triplet)))
            .Where(pair => pair.Value > 0).Select(pair => pair.Key).ToHashSet();
}
