using System.Collections.Frozen;
using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Retrieval;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>
/// The rules of WebVid-CoVR-Test: mean-pooled dot product, gallery of the test targets, the reference left out, recall
/// at 1, 5, 10 and 50, and the mean of the first three.
/// </summary>
/// <remarks>The paper weights the frames of each candidate by the text that it answers (<see cref="PublishedRules"/>); <see cref="Rules"/> do not. Immutable; safe for use from several threads.</remarks>
public sealed class WebVidCoVRProtocol : IRetrievalProtocol
{
    private static readonly int[] Cuts = [1, 5, 10, 50];

    /// <summary>Creates the rules.</summary>
    /// <param name="excludeReference">False to leave the unchanged reference among the candidates, which is harder.</param>
    /// <param name="iterate">How the data set's items were made.</param>
    public WebVidCoVRProtocol(bool excludeReference = true, WebVidCoVROptions.Iteration iterate = WebVidCoVROptions.Iteration.Target)
    {
        (ExcludeReference, Iterate) = (excludeReference, iterate);
        Rules = new RetrievalRules { NormalizesCandidates = true, SelfMatch = excludeReference ? BenchmarkFigures.SelfMatch : "among the candidates" };
    }

    /// <inheritdoc/>
    public string Name => ExcludeReference ? "webvid-covr" : "webvid-covr, reference among the candidates";

    /// <summary>Whether a query's own reference is left out.</summary>
    public bool ExcludeReference { get; }

    /// <summary>How the data set's items were made.</summary>
    public WebVidCoVROptions.Iteration Iterate { get; }

    /// <summary>Whether <see cref="PublishedRules"/> weight frames by the answered text.</summary>
    /// <value>True by default; false: they pool as the pipeline does.</value>
    public bool PublishedRulesWeighFrames { get; init; } = true;

    /// <inheritdoc/>
    public RetrievalRules Rules { get; private init; }

    /// <inheritdoc/>
    public RetrievalRules PublishedRules => PublishedRulesWeighFrames ? Rules with { Pooling = FramePoolings.ByAnsweredText } : Rules;

    /// <inheritdoc/>
    public ISimilarity Similarity { get; } = Similarities.MeanPooled;

    /// <inheritdoc/>
    public int Depth => Cuts[^1];

    /// <inheritdoc/>
    public string PrimaryMetric => "R@1";

    /// <inheritdoc/>
    public IRetrievalProtocol BindTo(TripletDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var targets = dataset.Triplets.Select(triplet => triplet.Target).ToHashSet();
        return dataset.Candidates.All(id => targets.Contains(id))
            ? new WebVidCoVRProtocol(ExcludeReference, Iterate) { PublishedRulesWeighFrames = PublishedRulesWeighFrames, Rules = Rules with { Gallery = "the targets of all rows" } }
            : this;
    }

    /// <inheritdoc/>
    public IReadOnlySet<MediaId> Exclusions(Triplet triplet) => ExcludeReference ? BenchmarkFigures.OwnReference(triplet) : FrozenSet<MediaId>.Empty;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is not one ranking per triplet, or a triplet has no target.</exception>
    public RetrievalReport Score(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        var ranks = Ranks(dataset, rankings);
        var scores = Cuts.ToDictionary(cut => $"R@{cut}", cut => RetrievalMetrics.RecallScores(ranks, cut));
        scores["R_mean"] = [.. Enumerable.Range(0, ranks.Length).Select(i => Cuts.Take(3).Average(cut => scores[$"R@{cut}"][i]))];
        var metrics = Cuts.ToDictionary(cut => $"R@{cut}", cut => RetrievalMetrics.Round(RetrievalMetrics.RecallAt(ranks, cut), 2));
        metrics["R_mean"] = RetrievalMetrics.Round(Cuts.Take(3).Average(cut => RetrievalMetrics.RecallAt(ranks, cut)), 2);
        return new RetrievalReport(Name, PrimaryMetric, metrics, ranks.Length, dataset.Candidates.Count, new Dictionary<string, string>
        {
            ["similarity"] = Similarity.Name,
            ["exclusions"] = Rules.SelfMatch,
        })
        {
            QueryScores = scores,
        };
    }

    private static int?[] Ranks(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings)
    {
        BenchmarkFigures.RequireOneEach(dataset, rankings);
        return [.. dataset.Triplets.Select((triplet, i) => Rank(triplet, rankings[i]))];
    }

    private static int? Rank(Triplet triplet, IReadOnlyList<SearchHit> hits) => RetrievalMetrics.RankOf(
        hits,
        triplet.Target ?? throw new ArgumentException($"Triplet {triplet.Id} has no target: this split is hidden and cannot be scored.", nameof(triplet)));
}
