using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Reproduction.Evaluation;
using CoVR.Reproduction.Results;

namespace CoVR.Reproduction.Tests.Evaluation;

/// <summary>Shares whose percent is a half at the third decimal: by which arithmetic they are made decides how they round.</summary>
public sealed class ReferenceRoundingTests
{
    private static readonly MediaId Right = new("1");

    [Fact]
    public void Score_OfFashionIQ_DividesInSinglePrecision()
    {
        var (dataset, rankings) = Of(160, found: 1); // 0.625 as a double, a little more as a single
        var report = ReferencePreset.Variant.Apply(new FashionIQOptions { Category = "dress" }.CreateProtocol(), dataset).Score(dataset, rankings);
        Assert.Equal(0.63, report.Metrics["R@1"]);
        Assert.Contains("\"R1\": 0.63", ReferenceResultFiles.Of(report, dataset, rankings)[0].Content, StringComparison.Ordinal);
        Assert.Equal(0.63, FashionIQAverages.Of(FashionIQOptions.Categories.ToDictionary(category => category, _ => report)).Metrics["R@1"]);
    }

    [Fact]
    public void Score_OfCirrAndCirco_MakesPercentOfAShare()
    {
        var (dataset, rankings) = Of(160, found: 23); // 100 · 23 / 160 is 14.375, 23 / 160 · 100 a little less
        Assert.Equal(14.37, new CirrOptions().CreateProtocol().Score(dataset, rankings).Metrics["R@1"]);
        Assert.Equal(14.37, new CirrOptions().CreateProtocol().Score(dataset, rankings).Metrics["R_subset@1"]);
        Assert.Equal(14.37, new CircoOptions().CreateProtocol().Score(dataset, rankings).Metrics["Recall@5"]);
        Assert.Equal(14.37, new CircoOptions().CreateProtocol().Score(dataset, rankings).Metrics["mAP@5"]);
    }

    private static (TripletDataset Dataset, IReadOnlyList<SearchHit>[] Rankings) Of(int queries, int found)
    {
        Triplet[] triplets =
        [
            .. Enumerable.Range(0, queries).Select(i => new Triplet($"{i}", new MediaId("0"), "", Right)
            {
                Subset = [new MediaId("0"), Right],
                Answers = new Dictionary<MediaId, double> { [Right] = 1 },
            }),
        ];
        SearchHit[] hit = [new(Right, 1, 1)], miss = [new(new MediaId("0"), 1, 1)];
        return (new TripletDataset("made", DatasetSplit.Test, triplets, [new MediaId("0"), Right]), [.. Enumerable.Range(0, queries).Select(i => i < found ? hit : miss)]);
    }
}
