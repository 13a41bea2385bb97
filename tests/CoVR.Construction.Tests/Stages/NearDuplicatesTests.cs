using CoVR.Construction.Work;
using CoVR.Retrieval;
using CoVR.TestSupport;

namespace CoVR.Construction.Tests.Stages;

public sealed class NearDuplicatesTests
{
    private static readonly string[] Colours = ["red", "blue", "green", "pink"];

    [Fact]
    public async Task Run_TestEmbeddings_DropsAndNamesNearlyIdenticalMediaOnly()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        options.Split.TestSets.Add(folder["benchmark.csv"]);
        File.WriteAllLines(folder["benchmark.csv"], ["pth2", "photo", "unknown"]);
        await using var media = await GalleryAsync(Colours.Select((name, i) => (name, 0.3 * i)));
        await using var tests = await GalleryAsync([("photo", 0.31), ("drawing", -0.5)]);

        var report = await new ConstructionPipeline(options) { MediaEmbeddings = media, TestEmbeddings = tests }.RunToAsync(ConstructionStage.Split);

        var dropped = report.Dropped.Single(dropped => dropped.Reason == "medium nearly identical to one of a test set");
        Assert.Equal((6, "blue / photo"), (dropped.Count, dropped.Examples.Distinct().Single()));
        Assert.Equal(["green", "pink", "red"], Media(options));
        Assert.Contains("by embedding, 4 media were compared with 2 of test sets; 1 media that test sets name are not among these and were compared by name only", report.Notes);
    }

    [Fact]
    public async Task Run_TestEmbeddingsAddedLater_RunsTheSplitAgain()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        await using var media = await GalleryAsync(Colours.Select((name, i) => (name, 0.3 * i)));
        await using var tests = await GalleryAsync([("photo", 0.31)]);
        await new ConstructionPipeline(options) { MediaEmbeddings = media }.RunToAsync(ConstructionStage.Split);

        var plan = await new ConstructionPipeline(options) { MediaEmbeddings = media, TestEmbeddings = tests }.PlanAsync(TestContext.Current.CancellationToken);

        Assert.Equal([ConstructionStage.Split, ConstructionStage.Export], plan.Where(report => report.Ran).Select(report => report.Stage));
    }

    [Fact]
    public async Task Run_TestSetWithoutEmbeddings_SaysThatOnlyNamesWereCompared()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        options.Split.TestSets.Add(folder["benchmark.csv"]);
        File.WriteAllLines(folder["benchmark.csv"], ["pth2", "photo"]);

        var report = await new ConstructionPipeline(options).RunToAsync(ConstructionStage.Split);

        Assert.Contains("media of test sets were compared by name only, not by embedding", report.Notes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_TestEmbeddingsOfAnotherModelOrAlone_SaysWhatToDo(bool hasMedia)
    {
        using var folder = new TemporaryFolder();
        await using var media = await GalleryAsync([("red", 0)]);
        await using var tests = new MemoryGallery(new EmbeddingFingerprint("other", "", "none", 1, 3));

        var error = await Assert.ThrowsAsync<ConstructionException>(
            () => new ConstructionPipeline(Options(folder)) { MediaEmbeddings = hasMedia ? media : null, TestEmbeddings = tests }.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("embed both with the same model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NearlyIdenticalMediaOfEqualCaptions_StayInOneSplit()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        (options.Split.ValidationShare, options.Split.TestShare, options.Split.DivideConnected) = (0.3, 0.3, true);
        File.WriteAllLines(folder["captions.csv"], ["id,caption", .. Enumerable.Range(0, 40).Select(i => $"m{i},a {Colours[i % 2]} ball number{(char)('a' + (i / 4))}")]);
        await using var media = await GalleryAsync(Enumerable.Range(0, 40).Select(i => ($"m{i}", (i % 4 * 0.3) + ((i / 4) * 0.0001))));

        var report = await new ConstructionPipeline(options) { MediaEmbeddings = media }.RunToAsync(ConstructionStage.Split);

        Assert.All(Splits(options).GroupBy(row => int.Parse(row.Media[1..], null) % 4), alike => Assert.Single(alike.Select(row => row.Split).Distinct()));
        Assert.Contains(report.Notes, note => note.Contains("pairs are nearly identical", StringComparison.Ordinal));
    }

    private static ConstructionOptions Options(TemporaryFolder folder)
    {
        var options = MadeCaptions.Options(folder);
        File.WriteAllLines(folder["captions.csv"], ["id,caption", .. Colours.Select(colour => $"{colour},a {colour} ball")]);
        return options;
    }

    private static async Task<MemoryGallery> GalleryAsync(IEnumerable<(string Name, double Angle)> media)
    {
        var gallery = new MemoryGallery(new EmbeddingFingerprint("made", "", "none", 1, 2));
        await gallery.UpsertAsync(
            [.. media.Select(item => new GalleryEntry(new MediaId(item.Name), new EmbeddingSet(new[] { (float)Math.Cos(item.Angle), (float)Math.Sin(item.Angle) }, 1, 2)))],
            TestContext.Current.CancellationToken);
        return gallery;
    }

    private static IReadOnlyList<string> Media(ConstructionOptions options) => [.. Splits(options).Select(row => row.Media)];

    private static IReadOnlyList<(string Media, string Split)> Splits(ConstructionOptions options)
    {
        using var file = WorkFile.Open(options);
        return file.Read("SELECT DISTINCT unnest([pth1, pth2]) AS media, split FROM triplets ORDER BY ALL", row => (row.GetString(0), row.GetString(1)));
    }
}
