using CoVR.Data;
using CoVR.Embedding;
using CoVR.Reproduction.Embedding;
using CoVR.Retrieval;
using CoVR.TestSupport;

namespace CoVR.Reproduction.Tests.Embedding;

public sealed class FrameScoreJobTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly EmbeddingFingerprint Fingerprint = new("model", "", "", 1, 2);
    private static readonly TextEmbeddings Edits = new(["make it red", "=SUM(1, 2)"], new float[] { 1, 0, 0.5f, 0.5f }, 2);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ScoreAsync_WritesScoresBesideTheRowsAndReportsWhatIsMissing()
    {
        Write("pth1,pth2,edit,sim", "a,v/1,make it red,0.50", "b,v/9,make it red,0.1", "c,v/2,\"=SUM(1, 2)\",7");
        var report = await new FrameScoreJob(await StoreAsync(), Edits).ScoreAsync(_folder["x.csv"], null, Cancel);
        Assert.Equal(
            "pth1,pth2,edit,sim,scores\na,v/1,make it red,0.50,\"[0.25, 0.75]\"\nb,v/9,make it red,0.1,[]\nc,v/2,\"=SUM(1, 2)\",7,[1.0]\n",
            await File.ReadAllTextAsync(_folder["x_qs.csv"], Cancel));
        Assert.Equal((_folder["x_qs.csv"], 3L), (report.File, report.Rows));
        Assert.Equal([KeyValuePair.Create(new MediaId("v/9"), "was not embedded")], report.Missing);
    }

    [Fact]
    public async Task ScoreAsync_OfAFileWithScores_ReplacesThem()
    {
        Write("scores,pth2,edit", "[0.1],v/2,make it red");
        await new FrameScoreJob(await StoreAsync(), Edits).ScoreAsync(_folder["x.csv"], null, Cancel);
        Assert.Equal("scores,pth2,edit\n[2.0],v/2,make it red\n", await File.ReadAllTextAsync(_folder["x_qs.csv"], Cancel));
    }

    [Fact]
    public async Task MergeAsync_OfAllShards_EqualsTheUndividedRun()
    {
        Write(["pth2,edit", .. Enumerable.Range(0, 11).Select(row => $"v/{row % 3},make it red")]);
        var store = await StoreAsync();
        await new FrameScoreJob(store, Edits).ScoreAsync(_folder["x.csv"], null, Cancel);
        var whole = await File.ReadAllTextAsync(_folder["x_qs.csv"], Cancel);
        File.Delete(_folder["x_qs.csv"]);
        await new FrameScoreJob(store, Edits, new Shard(2, 3)).ScoreAsync(_folder["x.csv"], null, Cancel);
        await new FrameScoreJob(store, Edits, new Shard(0, 3)).ScoreAsync(_folder["x.csv"], null, Cancel);
        var error = await Assert.ThrowsAsync<DatasetFormatException>(async () => await FrameScoreJob.MergeAsync(_folder["x.csv"], 3, Cancel));
        Assert.Contains("x_qs-1-3.csv", error.Message, StringComparison.Ordinal);
        await new FrameScoreJob(store, Edits, new Shard(1, 3)).ScoreAsync(_folder["x.csv"], null, Cancel);
        Assert.Equal(_folder["x_qs.csv"], await FrameScoreJob.MergeAsync(_folder["x.csv"], 3, Cancel));
        Assert.Equal(whole, await File.ReadAllTextAsync(_folder["x_qs.csv"], Cancel));
        Assert.Equal(["x.csv", "x_qs.csv"], Directory.GetFiles(_folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task MergeAsync_OfShardsOfDifferentFiles_IsRefused()
    {
        await File.WriteAllTextAsync(_folder["x_qs-0-2.csv"], "pth2,scores\na,[]\n", Cancel);
        await File.WriteAllTextAsync(_folder["x_qs-1-2.csv"], "pth2,scores\na,[]\nb,[]\nc,[]\n", Cancel);
        await Assert.ThrowsAsync<DatasetFormatException>(async () => await FrameScoreJob.MergeAsync(_folder["x.csv"], 2, Cancel));
        Assert.False(File.Exists(_folder["x_qs.csv"]));
        Assert.True(File.Exists(_folder["x_qs-1-2.csv"]));
    }

    [Fact]
    public async Task ScoreAsync_OfATextWithoutEmbedding_NamesLineAndTextAndWritesNothing()
    {
        Write("pth2,edit", "v/1,make it red", "v/1,unknown");
        var error = await Assert.ThrowsAsync<DatasetFormatException>(async () => await new FrameScoreJob(await StoreAsync(), Edits).ScoreAsync(_folder["x.csv"], null, Cancel));
        Assert.Equal((3L, "edit"), (error.Line, error.Field));
        Assert.Contains("'unknown'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["x.csv"], Directory.GetFiles(_folder.FullName).Select(Path.GetFileName));
    }

    private static async Task<IGallery> StoreAsync()
    {
        var store = new MemoryGallery(Fingerprint);
        await store.WriteAsync(new MediaId("v/1"), new EmbeddingSet(new float[] { 0.25f, 9, 0.75f, 9 }, 1, 2, 2));
        await store.WriteAsync(new MediaId("v/2"), new EmbeddingSet(new float[] { 2, 0 }, 1, 2));
        return store;
    }

    private void Write(params string[] lines) => File.WriteAllText(_folder["x.csv"], string.Join('\n', lines) + "\n");
}
