using CoVR.Data;
using CoVR.Datasets.FashionIQ;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.FashionIQ;

public sealed class FashionIQTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_OfACategory_JoinsCaptionsAndSortsTheGallery()
    {
        var dataset = await TinyLayouts.FashionIQ(_folder.FullName, "shirt").CreateReader().ReadAsync(DatasetSplit.Test, Cancel);
        Assert.Equal("fashioniq-shirt", dataset.Name);
        Assert.Equal(["0", "1", "2", "3"], dataset.Triplets.Select(triplet => triplet.Id));
        Assert.Equal("make it red and a blue square instead", dataset.Triplets[0].Modification);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => new MediaId($"B{i}s")), dataset.Candidates);
    }

    [Fact]
    public async Task ReadAsync_OfAll_JoinsTheCategoriesInTheirOrder()
    {
        var dataset = await TinyLayouts.FashionIQ(_folder.FullName, "all").CreateReader().ReadAsync(DatasetSplit.Train, Cancel);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i}"), dataset.Triplets.Select(triplet => triplet.Id));
        Assert.Equal("dddssssttt".Length + 2, dataset.Triplets.Count);
        Assert.Equal("ddddsssstttt", string.Concat(dataset.Triplets.Select(triplet => triplet.Reference.Value[^1])));
        Assert.Equal(24, dataset.Candidates.Count);
    }

    [Fact]
    public async Task ReadAsync_OfAMergedFileThatIsThere_TakesIt()
    {
        var options = TinyLayouts.FashionIQ(_folder.FullName, "all");
        File.Copy(_folder["cap.toptee.val.json"], _folder["cap.all.val.json"]);
        File.Copy(_folder["split.toptee.val.json"], _folder["split.all.val.json"]);
        Assert.Equal(4, (await options.CreateReader().ReadAsync(DatasetSplit.Test, Cancel)).Triplets.Count);
    }

    [Theory]
    [InlineData("cap.dress.val.json", "[{\"target\": \"B0d\", \"candidate\": \"B1d\", \"captions\": [\"one\"]}]", "[0].captions", "1 captions, expected 2")]
    [InlineData("split.dress.val.json", "[\"B0d\"]", null, "the gallery lacks the target")]
    [InlineData("split.dress.val.json", "[\"B0d\", 3]", "[1]", "found a number, expected a text")]
    public async Task ReadAsync_OfAMalformedFile_NamesTheFault(string file, string content, string? field, string reason)
    {
        var options = TinyLayouts.FashionIQ(_folder.FullName);
        await File.WriteAllTextAsync(_folder[file], content, Cancel);
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => options.CreateReader().ReadAsync(DatasetSplit.Validation, Cancel).AsTask());
        Assert.Equal((_folder[file], field), (error.File, error.Field));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_WithFaultyOptions_ListsEveryFault()
    {
        var options = new FashionIQOptions { Category = "hats", Name = "" };
        options.Annotations[DatasetSplit.Train] = "a.json";
        var error = Assert.Throws<ArgumentException>(() => options.CreateReader());
        Assert.All(["Name is empty", "hats", "Targets[Train]", "MediaFolders[Train]"], fault => Assert.Contains(fault, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Score_OfKnownRanks_GivesRecalls()
    {
        var dataset = await TinyLayouts.FashionIQ(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Test, Cancel);
        int[] places = [1, 3, 12, 60];
        IReadOnlyList<SearchHit>[] rankings = [.. dataset.Triplets.Select((triplet, i) => Enumerable.Range(1, 50).Select(place => new SearchHit(place == places[i] ? triplet.Target!.Value : new MediaId($"x{place}"), -place, place)).ToArray())];
        var report = new FashionIQProtocol("dress").Score(dataset, rankings);
        Assert.Equal([25, 50, 50, 75, 62.5], new[] { "R@1", "R@5", "R@10", "R@50", "R_mean" }.Select(name => report.Metrics[name]));
        Assert.Equal([100, 100, 50, 0], report.QueryScores["R_mean"]);
    }
}
