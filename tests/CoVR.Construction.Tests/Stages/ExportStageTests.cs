using CoVR.Retrieval;
using CoVR.TestSupport;
using Microsoft.Extensions.AI;

namespace CoVR.Construction.Tests.Stages;

public sealed class ExportStageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_Scores_AreTheProductOfEachFrameAndTheEditToFourDecimals()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        options.Export.Scores = true;
        await using var gallery = await GalleryAsync(2);

        await Pipeline(options, gallery).RunAsync(cancellationToken: Cancellation);

        Assert.Equal(
            ["make it blue: \"[0.8, 0.3333]\"", "make it red: \"[0.0, -1.0]\""],
            File.ReadLines(folder["dataset", "train.csv"]).Skip(1).Select(line => line.Split(',', 7)[6].Replace(",\"[", ": \"[", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_EmbeddingsOfAnotherModel_AreRefusedWithBothSizes()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        options.Export.Scores = true;
        await using var gallery = await GalleryAsync(3);

        var error = await Assert.ThrowsAsync<ConstructionException>(() => Pipeline(options, gallery).RunAsync(cancellationToken: Cancellation));

        Assert.Contains("3 dimensions, but texts have 2", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["dataset", "train.csv"]));
    }

    [Fact]
    public async Task Run_ScoresWithoutEmbeddings_SayWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        options.Export.Scores = true;

        var error = await Assert.ThrowsAsync<ConstructionException>(() => new ConstructionPipeline(options).RunAsync(cancellationToken: Cancellation));

        Assert.Contains("set TextEmbeddings and MediaEmbeddings", error.Message, StringComparison.Ordinal);
    }

    private static ConstructionOptions Options(TemporaryFolder folder)
    {
        var options = MadeCaptions.Options(folder);
        File.WriteAllLines(folder["captions.csv"], ["id,caption", "r,a red ball", "b,a blue ball"]);
        (options.Split.ValidationShare, options.Split.TestShare) = (0, 0);
        (options.Pairing.MinSimilarity, options.TextFilter.MaxSimilarity) = (-1, 1);
        return options;
    }

    private static ConstructionPipeline Pipeline(ConstructionOptions options, IGallery gallery) =>
        new(options) { MediaEmbeddings = gallery, TextEmbeddings = new Directions(), EditWriter = new TemplateEditWriter(["make it {1}"]) };

    // Two frames each; edits are (1, 0), so that the first numbers are the scores.
    private static async Task<MemoryGallery> GalleryAsync(int dimensions)
    {
        var gallery = new MemoryGallery(new EmbeddingFingerprint("made", "", "none", 1, dimensions));
        foreach (var (id, x) in new[] { ("b", new[] { 0.8f, 1 / 3f }), ("r", [0f, -1f]) })
        {
            float[] values = [.. x.SelectMany(first => new[] { first, 0.6f, 0 }.Take(dimensions))];
            await gallery.UpsertAsync([new GalleryEntry(new MediaId(id), new EmbeddingSet(values, 1, dimensions, 2))], Cancellation);
        }

        return gallery;
    }

    private sealed class Directions : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(_ => new Embedding<float>(new[] { 1f, 0f }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
