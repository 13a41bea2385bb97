using CoVR.Data;
using CoVR.Datasets.FashionIQ;
using CoVR.Reproduction.Results;

namespace CoVR.Reproduction.Tests.Results;

public sealed class FashionIQAveragesTests
{
    [Fact]
    public void Of_WithoutACategory_IsRefused()
    {
        var report = new RetrievalReport("fashioniq", "R_mean", new Dictionary<string, double> { ["R@10"] = 1 }, 1, 1, new Dictionary<string, string>());
        Assert.Throws<ArgumentException>(() => FashionIQAverages.Of(new Dictionary<string, RetrievalReport> { ["dress"] = report, ["shirt"] = report }));
        Assert.Throws<ArgumentException>(() => FashionIQAverages.Of(new Dictionary<string, RetrievalReport> { ["dress"] = report, ["shirt"] = report, ["all"] = report }));
    }

    [Fact]
    public void Of_KnownRanks_HasTheFileOfTheCategory()
    {
        Triplet[] triplets = [.. Enumerable.Range(0, 4).Select(i => new Triplet($"{i}", new MediaId($"r{i}"), "edit", new MediaId($"t{i}")))];
        TripletDataset dataset = new("dress", DatasetSplit.Test, triplets, [.. triplets.Select(triplet => triplet.Target!.Value)]);
        int[] places = [1, 3, 12, 60];
        IReadOnlyList<SearchHit>[] rankings = [.. triplets.Select((triplet, i) => Enumerable.Range(1, 50).Select(place => new SearchHit(place == places[i] ? triplet.Target!.Value : new MediaId($"x{place}"), -place, place)).ToArray())];
        var file = Assert.Single(ReferenceResultFiles.Of(new FashionIQOptions { Category = "dress" }.CreateProtocol().Score(dataset, rankings), dataset, rankings));
        Assert.Equal("recalls_fiq-dress.json", file.Name);
        Assert.Equal("{\n  \"R1\": 25.0,\n  \"R5\": 50.0,\n  \"R10\": 50.0,\n  \"R50\": 75.0\n}", file.Content);
    }
}
