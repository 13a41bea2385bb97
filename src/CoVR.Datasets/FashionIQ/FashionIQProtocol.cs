using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Datasets.FashionIQ;

/// <summary>
/// The rules of FashionIQ: mean-pooled dot product, gallery of the split's list, the reference left out; recall at 1, 5, 10
/// and 50, and the mean of the last two.
/// </summary>
/// <remarks>
/// After <c>src/test/blip2/fashioniq.py</c> of the reference. One category at a time;
/// <see cref="FashionIQAverages"/> joins the three. The reference's preset ranks the reference last instead of leaving it out;
/// distances are rounded to single precision there, and the earlier of two ties comes first. Safe for use from several threads.
/// </remarks>
public sealed class FashionIQProtocol : IRetrievalProtocol, IResultFiles
{
    private static readonly int[] Cuts = [1, 5, 10, 50];

    /// <summary>Creates the rules of the honest preset.</summary>
    /// <param name="category">The category, which names the result file: <c>dress</c>, <c>shirt</c>, <c>toptee</c>, or <c>all</c>.</param>
    public FashionIQProtocol(string category)
        : this(category, EvaluationPreset.Honest)
    {
    }

    private FashionIQProtocol(string category, EvaluationPreset preset)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(category);
        Category = category;
        Rules = ReferenceRules.OfPictures(preset, "the split's list of the category", ties: TieOrder.RoundedDistance);
    }

    /// <summary>The category.</summary>
    public string Category { get; }

    /// <inheritdoc/>
    public string Name => $"fashioniq-{Category}";

    /// <inheritdoc/>
    public RetrievalRules Rules { get; }

    /// <inheritdoc/>
    public ISimilarity Similarity { get; } = new MeanPooledSimilarity();

    /// <inheritdoc/>
    public int Depth => Cuts[^1];

    /// <inheritdoc/>
    public string PrimaryMetric => "R_mean";

    /// <inheritdoc/>
    public IRetrievalProtocol Under(EvaluationPreset preset, TripletDataset dataset) => new FashionIQProtocol(Category, preset);

    /// <inheritdoc/>
    public IReadOnlySet<MediaId> Exclusions(Triplet triplet) => ReferenceRules.OwnReference(triplet, Rules);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one ranking a triplet.</exception>
    public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        var figures = Recalls(dataset, rankings);
        if (figures.IsHidden)
        {
            return figures.Report(this);
        }

        IReadOnlyList<double> ten = RetrievalMetrics.RecallScores(figures.Ranks, 10), fifty = RetrievalMetrics.RecallScores(figures.Ranks, 50);
        double[] both = [.. ten.Zip(fifty, (a, b) => (a + b) / 2)];
        figures.Add("R_mean", both.Average(), both);
        return figures.Report(this);
    }

    /// <inheritdoc/>
    /// <remarks><c>recalls_fiq-{category}.json</c>.</remarks>
    public IReadOnlyList<ResultFile> Files(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryKind? query = null)
    {
        var figures = Recalls(dataset, rankings);
        return figures.IsHidden
            ? []
            : [new ResultFile(ResultNames.Of($"recalls_fiq-{Category}", query), PythonJson.Write(Cuts.Select(k => KeyValuePair.Create($"R{k}", (object)figures.Metrics[$"R@{k}"]))))];
    }

    // The reference divides in single precision before it takes percent, which can turn a half at the third decimal.
    private static BenchmarkFigures Recalls(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        var figures = new BenchmarkFigures(dataset, rankings);
        foreach (var k in figures.IsHidden ? [] : Cuts)
        {
            figures.AddRecall($"R@{k}", k, inSinglePrecision: true);
        }

        return figures;
    }
}
