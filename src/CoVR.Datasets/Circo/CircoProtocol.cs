using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Datasets.Circo;

/// <summary>
/// The rules of CIRCO: mean-pooled dot product, gallery of all of COCO's unlabeled pictures, the reference left out; mean
/// average precision over all right answers and recall of the one target, at 5, 10, 25 and 50.
/// </summary>
/// <remarks>
/// After <c>src/test/blip2/circo.py</c> of the reference. The precision at k is divided by min(right answers, k). The test split
/// is hidden: its rankings go into the file that CIRCO's server takes. The reference's preset ranks the reference last instead
/// of leaving it out and orders ties as numpy does. Embeddings are compared as they are stored. Safe for use from
/// several threads.
/// </remarks>
public sealed class CircoProtocol : IRetrievalProtocol, ISubmissionFiles
{
    private static readonly int[] Cuts = [5, 10, 25, 50];

    /// <summary>Creates the rules of the honest preset.</summary>
    public CircoProtocol()
        : this(EvaluationPreset.Honest)
    {
    }

    private CircoProtocol(EvaluationPreset preset) => Rules = ReferenceRules.OfPictures(preset, "all unlabeled pictures of COCO 2017", normalizes: false);

    /// <inheritdoc/>
    public string Name => "circo";

    /// <inheritdoc/>
    public RetrievalRules Rules { get; }

    /// <inheritdoc/>
    public ISimilarity Similarity { get; } = new MeanPooledSimilarity();

    /// <inheritdoc/>
    public int Depth => Cuts[^1];

    /// <inheritdoc/>
    public string PrimaryMetric => "mAP@10";

    /// <inheritdoc/>
    public IRetrievalProtocol Under(EvaluationPreset preset, TripletDataset dataset) => new CircoProtocol(preset);

    /// <inheritdoc/>
    public IReadOnlySet<MediaId> Exclusions(Triplet triplet) => ReferenceRules.OwnReference(triplet, Rules);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one ranking a triplet, or a triplet has no list of right answers.</exception>
    public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings) => Figures(dataset, rankings).Report(this);

    /// <inheritdoc/>
    /// <remarks><c>recalls_circo-test.json</c>, which CIRCO's server takes, or <c>recalls_circo-val.json</c> with the figures.</remarks>
    public IReadOnlyList<ResultFile> Files(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryKind? query = null)
    {
        var figures = Figures(dataset, rankings);
        return
        [
            figures.IsHidden
                ? CircoSubmission.Write(dataset, rankings, query)
                : new ResultFile(ResultNames.Of("recalls_circo-val", query), PythonJson.Write(figures.Metrics.Select(pair => KeyValuePair.Create(pair.Key, (object)pair.Value)))),
        ];
    }

    /// <inheritdoc/>
    /// <remarks>Only the file of a hidden split is for the server.</remarks>
    public async ValueTask<IReadOnlyList<string>?> CheckAsync(string path, TripletDataset dataset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return dataset.Triplets.All(triplet => triplet.Target is null)
            ? await CircoSubmission.ValidateAsync(path, dataset, cancellationToken).ConfigureAwait(false)
            : null;
    }

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
        (triplet.Answers ?? throw new ArgumentException($"Triplet {triplet.Id} has no list of right answers: this is no CIRCO data.", nameof(triplet)))
            .Where(pair => pair.Value > 0).Select(pair => pair.Key).ToHashSet();
}
