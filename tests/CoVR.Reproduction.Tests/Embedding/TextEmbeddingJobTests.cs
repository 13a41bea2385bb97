using CoVR.Embedding;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Reproduction.Embedding;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;
using TorchSharp;

namespace CoVR.Reproduction.Tests.Embedding;

[Collection("torch")]
public sealed class TextEmbeddingJobTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly string[] Texts = ["Red", "green", "red", "blue green", "", "green", "\uD83D\uDC08", "\uFB01"];
    private readonly TemporaryFolder _folder = new();

    private string Target => _folder["txt2_test.pth"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EmbedAsync_OfTexts_WritesEachOnceInTheOrderOfCodePoints()
    {
        Assert.Equal(0, await Job(batchSize: 3).EmbedAsync(Texts, Target, null, Cancel));
        var written = TextEmbeddings.Load(Target);
        Assert.Equal(["", "Red", "blue green", "green", "red", "\uFB01", "\uD83D\uDC08"], written.Texts);
        foreach (var (text, corner) in new[] { ("", 0), ("Red", 1), ("blue green", 6), ("green", 2) })
        {
            Assert.True(written.TryGet(text, out var embedding));
            Assert.Equal(Enumerable.Range(0, 8).Select(i => i == corner ? 1f : 0f), embedding.ToArray());
        }

        Assert.False(written.TryGet("yellow", out _));
        Assert.Equal([Path.GetFileName(Target)], Directory.EnumerateFileSystemEntries(_folder.FullName).Select(Path.GetFileName));
    }

    [Fact]
    public async Task EmbedAsync_AfterAFailure_GoesOnWithWhatIsMissing()
    {
        var model = new CountingModel { FailAt = 3 };
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await model.Job(2).EmbedAsync(Texts, Target, null, Cancel));
        Assert.False(File.Exists(Target));
        var resumed = new CountingModel();
        var reports = new List<JobProgress>();
        Assert.Equal(0, await resumed.Job(2).EmbedAsync(Texts, Target, new ListProgress(reports), Cancel));
        Assert.Equal(2, resumed.Calls);
        Assert.Equal((7, 7), (reports[^1].Done, reports[^1].Total));
        await Job(batchSize: 2).EmbedAsync(Texts, _folder["undisturbed.pth"], null, Cancel);
        Assert.Equal(Numbers(_folder["undisturbed.pth"]), Numbers(Target));
    }

    [Fact]
    public async Task EmbedAsync_OfShards_IsWrittenByTheLast()
    {
        string[] texts = [.. Enumerable.Range(0, 30).Select(n => $"{n} red")];
        var left = await Job(shard: new Shard(0, 3)).EmbedAsync(texts, Target, null, Cancel);
        Assert.InRange(left, 1, 29);
        Assert.Equal(left, await Job(shard: new Shard(0, 3)).EmbedAsync(texts, Target, null, Cancel));
        Assert.InRange(await Job(shard: new Shard(2, 3)).EmbedAsync(texts, Target, null, Cancel), 1, left - 1);
        Assert.False(File.Exists(Target));
        Assert.Equal(0, await Job(shard: new Shard(1, 3)).EmbedAsync(texts, Target, null, Cancel));
        Assert.Equal(texts.Order(StringComparer.Ordinal), TextEmbeddings.Load(Target).Texts);
        Assert.False(Directory.Exists(Target + ".partial"));
    }

    [Fact]
    public async Task EmbedAsync_OfPartialResultsOfAnotherModel_IsRefused()
    {
        await Job(shard: new Shard(0, 3)).EmbedAsync(["red", "green", "blue", "red green"], Target, null, Cancel);
        var other = new TextEmbeddingJob(new ComposedModel(
            new ColourEncoder(), new ChannelTokenizer(), new ChannelTokenizer(), FakePipeline.Description with { WeightsSha256 = new string('1', 64) }, torch.CPU));
        await Assert.ThrowsAsync<GalleryException>(async () => await other.EmbedAsync(["red"], Target, null, Cancel));
    }

    [Fact]
    public async Task EmbedAsync_OfNoText_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await Job().EmbedAsync([], Target, null, Cancel));

    [Fact]
    public void Load_OfTheNamesThatTheScoringToolExpects_ReadsThemToo()
    {
        using var scope = torch.NewDisposeScope();
        PthWriter.Write(Target, new Dictionary<string, object?> { ["edits"] = new List<string> { "a", "b" }, ["feats"] = torch.arange(4).reshape(2, 2).to(torch.ScalarType.Float16) });
        var texts = TextEmbeddings.Load(Target);
        Assert.True(texts.TryGet("b", out var embedding));
        Assert.Equal([2, 3], embedding.ToArray());
    }

    [Fact]
    public void Load_OfSomethingElse_SaysWhatIsExpected()
    {
        using var scope = torch.NewDisposeScope();
        PthWriter.Write(Target, new Dictionary<string, object?> { ["texts"] = new List<string> { "a", "b" }, ["feats"] = torch.zeros(3, 2) });
        Assert.Contains("\"feats\"", Assert.Throws<GalleryException>(() => TextEmbeddings.Load(Target)).Message, StringComparison.Ordinal);
    }

    private static float[] Numbers(string path)
    {
        var texts = TextEmbeddings.Load(path);
        return [.. texts.Texts.SelectMany(text => texts.TryGet(text, out var embedding) ? embedding.ToArray() : [])];
    }

    private static TextEmbeddingJob Job(int batchSize = 4, Shard shard = default) =>
        new(FakePipeline.Model(), new EmbeddingOptions { BatchSize = batchSize, Shard = shard });

    /// <summary>Counts batches by their cleaned texts and fails at one.</summary>
    private sealed class CountingModel : ITextTokenizer
    {
        private readonly ChannelTokenizer _inner = new();

        public int FailAt { get; init; } = int.MaxValue;

        public int Calls { get; private set; }

        public TextEmbeddingJob Job(int batchSize) => new(
            new ComposedModel(new ColourEncoder(), this, _inner, FakePipeline.Description, torch.CPU), new EmbeddingOptions { BatchSize = batchSize });

        public TokenizedText Encode(IReadOnlyList<string> texts, TextPadding padding, int maxLength) =>
            ++Calls < FailAt ? _inner.Encode(texts, padding, maxLength) : throw new InvalidOperationException("out of something");
    }

    private sealed class ListProgress(List<JobProgress> reports) : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => reports.Add(value);
    }
}
