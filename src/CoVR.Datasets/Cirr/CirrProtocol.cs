using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Retrieval;

namespace CoVR.Datasets.Cirr;

/// <summary>
/// The rules of CIRR: the best pair of query and candidate vectors (with one vector each their dot product), gallery of all
/// pictures of the split, the reference left out; recall at 1, 5, 10 and 50, and at 1, 2 and 3 within the <c>img_set</c>.
/// </summary>
/// <remarks>
/// A subset hit counts as much as <c>target_soft</c> says, negative answers not at all. The test split is hidden: its rankings go to CIRR's
/// server. Immutable; safe for use from several threads.
/// </remarks>
internal sealed class CirrProtocol : IRetrievalProtocol
{
    private static readonly int[] Cuts = [1, 5, 10, 50];
    private static readonly int[] SubsetCuts = [1, 2, 3];

    /// <inheritdoc/>
    public string Name => "cirr";

    /// <inheritdoc/>
    public RetrievalRules Rules { get; } = new()
    {
        Gallery = "all pictures of the split",
        NormalizesCandidates = true,
        SelfMatch = BenchmarkFigures.SelfMatch,
    };

    /// <inheritdoc/>
    public ISimilarity Similarity { get; } = Similarities.MaxOverPairs;

    /// <inheritdoc/>
    /// <remarks>Members of a triplet's subset are ranked beyond it.</remarks>
    public int Depth => Cuts[^1];

    /// <inheritdoc/>
    public string PrimaryMetric => "R@1";

    /// <inheritdoc/>
    public IReadOnlySet<MediaId> Exclusions(Triplet triplet) => BenchmarkFigures.OwnReference(triplet);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one ranking per triplet, or a triplet has no subset.</exception>
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

        var subsets = dataset.Triplets.Zip(rankings, Members).ToArray();
        foreach (var k in SubsetCuts)
        {
            double[] worths = [.. subsets.Zip(dataset.Triplets, (hits, triplet) => hits.Take(k).Select(hit => Worth(triplet, hit.Id)).DefaultIfEmpty().Max())];
            figures.Add($"R_subset@{k}", worths.Average() * 100, Array.ConvertAll(worths, worth => 100 * worth));
        }

        return figures.Report(this);
    }

    private static IReadOnlyList<SearchHit> Members(Triplet triplet, IReadOnlyList<SearchHit> hits) =>
        RetrievalMetrics.Among(hits, (triplet.Subset ?? throw new ArgumentException($"Triplet {triplet.Id} has no subset (img_set): this is not CIRR data.", nameof(triplet))).ToHashSet());

    private static double Worth(Triplet triplet, MediaId id) => triplet.Answers is { } answers
        ? Math.Max(0, answers.GetValueOrDefault(id))
        : id == triplet.Target ? 1 : 0;
}
