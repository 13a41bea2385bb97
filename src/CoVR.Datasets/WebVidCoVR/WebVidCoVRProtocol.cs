using System.Collections.Frozen;
using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>
/// The rules of WebVid-CoVR-Test: mean-pooled dot product, gallery of the test targets, the reference left out, recall
/// at 1, 5, 10 and 50, and the mean of the first three (<c>src/test/blip2/webvid_covr.py</c> of the reference).
/// </summary>
/// <remarks>
/// The presets: honest pools each candidate without any question; corrected weighs its frames by the text that it answers, as
/// the papers do; reference also numbers pairs by the sorted table, ranks what it masks last, orders ties as numpy does
/// and expects video frames in BGR (<see cref="RetrievalRules.ForVideos"/>).
/// </remarks>
public sealed class WebVidCoVRProtocol : IRetrievalProtocol, IResultFiles
{
    private static readonly int[] Cuts = [1, 5, 10, 50];

    private readonly ReferencePairs? _pairs;

    /// <summary>Sets the rules of the honest preset.</summary>
    /// <param name="excludeReference">False to leave the unchanged reference among the candidates, which is harder (<c>remove_self_similarity</c>).</param>
    /// <param name="iterate">How the data set's items were made; the reference's preset numbers its pairs by it.</param>
    public WebVidCoVRProtocol(bool excludeReference = true, WebVidCoVRIteration iterate = WebVidCoVRIteration.Target)
        : this(excludeReference, iterate, EvaluationPreset.Honest, null)
    {
    }

    private WebVidCoVRProtocol(bool excludeReference, WebVidCoVRIteration iterate, EvaluationPreset preset, ReferencePairs? pairs)
    {
        (ExcludeReference, Iterate, _pairs) = (excludeReference, iterate, pairs);
        Rules = RetrievalRules.ForVideos(preset) with
        {
            SelfMatch = !excludeReference ? "among the candidates"
                : preset != EvaluationPreset.Reference ? "left out, unless it is the target"
                : "last, found by the pair numbers of the sorted table",
        };
    }

    /// <inheritdoc/>
    public string Name => ExcludeReference ? "webvid-covr" : "webvid-covr, reference among the candidates";

    /// <summary>Whether a query's own reference is left out.</summary>
    public bool ExcludeReference { get; }

    /// <summary>How the data set's items were made.</summary>
    public WebVidCoVRIteration Iterate { get; }

    /// <inheritdoc/>
    public RetrievalRules Rules { get; private set; }

    /// <inheritdoc/>
    public ISimilarity Similarity { get; } = new MeanPooledSimilarity();

    /// <inheritdoc/>
    public int Depth => Cuts[^1];

    /// <inheritdoc/>
    public string PrimaryMetric => "R@1";

    /// <inheritdoc/>
    public IRetrievalProtocol Under(EvaluationPreset preset, TripletDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var protocol = new WebVidCoVRProtocol(
            ExcludeReference, Iterate, preset, preset == EvaluationPreset.Reference ? ReferencePairs.Of(dataset, Iterate) : null);
        var targets = dataset.Triplets.Select(triplet => triplet.Target).ToHashSet();
        if (dataset.Candidates.All(id => targets.Contains(id)))
        {
            protocol.Rules = protocol.Rules with { Gallery = "the targets of all rows" };
        }

        return protocol;
    }

    /// <inheritdoc/>
    /// <remarks>Never the target itself, except in the reference's preset: a row whose reference is its target can still be answered.</remarks>
    public IReadOnlySet<MediaId> Exclusions(Triplet triplet)
    {
        ArgumentNullException.ThrowIfNull(triplet);
        return !ExcludeReference ? FrozenSet<MediaId>.Empty
            : _pairs?.MaskedFor(triplet) ?? (triplet.Reference == triplet.Target ? FrozenSet<MediaId>.Empty : new HashSet<MediaId> { triplet.Reference });
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one ranking a triplet, or a triplet has no target.</exception>
    public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        var ranks = Ranks(dataset, rankings);
        var scores = Cuts.ToDictionary(cut => $"R@{cut}", cut => RetrievalMetrics.RecallScores(ranks, cut));
        scores["R_mean"] = [.. Enumerable.Range(0, ranks.Length).Select(i => Cuts.Take(3).Average(cut => scores[$"R@{cut}"][i]))];
        var metrics = Cuts.ToDictionary(cut => $"R@{cut}", cut => RetrievalMetrics.RoundAsPython(RetrievalMetrics.RecallAt(ranks, cut), 2));
        metrics["R_mean"] = RetrievalMetrics.RoundAsPython(Cuts.Take(3).Average(cut => RetrievalMetrics.RecallAt(ranks, cut)), 2);
        return new RetrievalReport(Name, PrimaryMetric, metrics, ranks.Length, dataset.Candidates.Count, new Dictionary<string, string>
        {
            ["similarity"] = Similarity.Name,
            ["exclusions"] = Rules.SelfMatch,
        })
        {
            QueryScores = scores,
        };
    }

    /// <inheritdoc/>
    /// <remarks>
    /// <c>recalls_covr.json</c>, or <c>_txt</c>, <c>_vis</c>, <c>_avg</c> and so on for other kinds of queries; <c>_ss</c> at the end
    /// when the reference is among the candidates.
    /// </remarks>
    public IReadOnlyList<ResultFile> Files(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryKind? query = null) =>
        [WebVidCoVRResults.Of(dataset, Ranks(dataset, rankings), query, ExcludeReference)];

    private static int?[] Ranks(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        BenchmarkFigures.RequireOneEach(dataset, rankings);
        return [.. dataset.Triplets.Select((triplet, i) => Rank(triplet, rankings[i]))];
    }

    private static int? Rank(Triplet triplet, IReadOnlyList<SearchHit> hits) => RetrievalMetrics.RankOf(
        hits,
        triplet.Target ?? throw new ArgumentException($"Triplet {triplet.Id} has no target: this split is hidden and cannot be scored.", nameof(triplet)));
}
