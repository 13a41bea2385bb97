using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Reproduction.Results;

namespace CoVR.Reproduction.Tests.Results;

public sealed class ReferenceResultFilesTests
{
    [Fact]
    public void Of_EachKind_HaveTheReferencesNamesAndFigures()
    {
        var data = Dataset(3) with { Source = "/somewhere/webvid8m-covr_test.csv" };
        var ranks = new int?[] { 1, 7, null };
        var rankings = ranks.Select((rank, i) => Ranking(data.Triplets[i].Target!.Value, rank)).ToArray();
        var protocol = new WebVidCoVRProtocol();
        QueryKind[] kinds = [QueryKind.Composed, QueryKind.TextOnly, QueryKind.ImageOnly, QueryKind.Average, QueryKind.Captions()];

        Assert.Equal(
            ["recalls_covr.json", "recalls_covr_txt.json", "recalls_covr_vis.json", "recalls_covr_avg.json", "recalls_blip2-captions_covr_blip2-captions.json"],
            kinds.Select(kind => Assert.Single(ReferenceResultFiles.Of(protocol.Score(data, rankings), data, rankings, kind)).Name));
        Assert.Equal("recalls_covr_ss.json", Assert.Single(ReferenceResultFiles.Of(new WebVidCoVRProtocol(excludeReference: false).Score(data, rankings), data, rankings)).Name);
        Assert.Equal(
            "{\n  \"R1\": 33.33,\n  \"R5\": 33.33,\n  \"R10\": 66.67,\n  \"R50\": 66.67,\n  \"meanR3\": 44.44,\n  \"meanR4\": 50.0,\n  \"annotation\": \"webvid8m-covr_test.csv\"\n}",
            Assert.Single(ReferenceResultFiles.Of(protocol.Score(data, rankings), data, rankings)).Content);
    }

    private static TripletDataset Dataset(int queries)
    {
        Triplet[] triplets = [.. Enumerable.Range(0, queries).Select(i => new Triplet($"{i}", new MediaId($"r{i}"), "edit", new MediaId($"t{i}")))];
        return new TripletDataset("test", DatasetSplit.Test, triplets, [.. triplets.Select(triplet => triplet.Target!.Value)]);
    }

    private static SearchHit[] Ranking(MediaId target, int? rank) =>
        [.. Enumerable.Range(1, 50).Select(i => new SearchHit(i == rank ? target : new MediaId($"other{i}"), 1f / i, i))];
}
