using CoVR.Construction.Work;
using CoVR.Retrieval;
using CoVR.TestSupport;

namespace CoVR.Construction.Tests.Stages;

public sealed class PairMediaStageTests
{
    [Fact]
    public async Task Run_Embeddings_KeepsTheBestFirstAndDropsEqualAndUnrelatedMedia()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        options.Pairing.MaxPairs = 2;
        await using var gallery = new MemoryGallery(new EmbeddingFingerprint("made", "", "none", 1, 2));
        await gallery.UpsertAsync(
            [.. new[] { ("r1", 0.0), ("b1", 0.1), ("b2", 0.5), ("b3", 0.7), ("b4", 0.9), ("b5", 1.5) }.Select(item => new GalleryEntry(new MediaId(item.Item1), Unit(item.Item2)))], TestContext.Current.CancellationToken);

        var report = await new ConstructionPipeline(options) { MediaEmbeddings = gallery }.RunToAsync(ConstructionStage.PairMedia);

        Assert.Equal(["b2 r1", "b3 r1"], Pairs(options));
        Assert.Equal(
            ["beyond the best 2 of a caption pair: 1", "media nearly identical: 1", "media too different: 1", "media without an embedding: 1"],
            report.Dropped.Select(dropped => $"{dropped.Reason}: {dropped.Count}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_NoEmbeddings_DrawsTheSamePairsAgain()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        options.Pairing.MaxPairs = 3;

        await new ConstructionPipeline(options).RunToAsync(ConstructionStage.PairMedia);
        var first = Pairs(options);
        File.Delete(options.WorkFile);
        await new ConstructionPipeline(options).RunToAsync(ConstructionStage.PairMedia);

        Assert.Equal(3, first.Count);
        Assert.Equal(first, Pairs(options));
    }

    [Fact]
    public async Task Run_HundredThousandEqualCaptions_ConsidersFewOfTheirMedia()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, [.. Enumerable.Repeat("a blue ball", 100_000), "a red ball"]);

        var report = await new ConstructionPipeline(options).RunToAsync(ConstructionStage.PairMedia);

        Assert.Equal(10, report.Kept);
        Assert.Equal(10, report.Dropped.Single().Count);
    }

    private static ConstructionOptions Options(TemporaryFolder folder)
    {
        var options = MadeCaptions.Options(folder);
        File.WriteAllLines(folder["captions.csv"], ["id,caption", "r1,a red ball", .. Enumerable.Range(1, 6).Select(i => $"b{i},a blue ball")]);
        return options;
    }

    private static EmbeddingSet Unit(double angle) => new(new[] { (float)Math.Cos(angle), (float)Math.Sin(angle) }, 1, 2);

    private static IReadOnlyList<string> Pairs(ConstructionOptions options)
    {
        using var file = WorkFile.Open(options);
        return file.Read("SELECT concat(media_a, ' ', media_b) FROM media_pairs ORDER BY pair, place", row => row.GetString(0));
    }
}
