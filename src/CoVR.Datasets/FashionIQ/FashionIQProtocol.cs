using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Retrieval;

namespace CoVR.Datasets.FashionIQ;

/// <summary>
/// The rules of FashionIQ: mean-pooled dot product, gallery of the split's list, the reference left out; recall at 1, 5, 10
/// and 50, and the mean of the last two.
/// </summary>
/// <remarks>One category at a time. Immutable; safe for use from several threads.</remarks>
internal sealed class FashionIQProtocol(string category) : IRetrievalProtocol
{
    private static readonly int[] Cuts = [1, 5, 10, 50];

    /// <inheritdoc/>
    public string Name => $"fashioniq-{category}";

    /// <inheritdoc/>
    public RetrievalRules Rules { get; } = new()
    {
        Gallery = "the split's list of the category",
        NormalizesCandidates = true,
        SelfMatch = BenchmarkFigures.SelfMatch,
    };

    /// <inheritdoc/>
    public ISimilarity Similarity { get; } = Similarities.MeanPooled;

    /// <inheritdoc/>
    public int Depth => Cuts[^1];

    /// <inheritdoc/>
    public string PrimaryMetric => "R_mean";

    /// <inheritdoc/>
    public IReadOnlySet<MediaId> Exclusions(Triplet triplet) => BenchmarkFigures.OwnReference(triplet);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one ranking per triplet.</exception>
    public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        var figures = new BenchmarkFigures(dataset, rankings);
        if (figures.IsHidden)
        {
            return figures.Report(this);
        }

        foreach (var k in Cuts)
        {
            figures.AddRecall($"R@{k}", k);
        }

        IReadOnlyList<double> ten = RetrievalMetrics.RecallScores(figures.Ranks, 10), fifty = RetrievalMetrics.RecallScores(figures.Ranks, 50);
        double[] both = [.. ten.Zip(fifty, (a, b) => (a + b) / 2)];
        figures.Add("R_mean", both.Average(), both);
        return figures.Report(this);
    }
}
