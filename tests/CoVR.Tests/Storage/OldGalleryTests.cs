using CoVR.Storage;
using CoVR.TestSupport;
using Microsoft.Extensions.Logging;

namespace CoVR.Tests.Storage;

/// <summary>A folder as version 1 wrote it: two segments, a replaced item, a failure.</summary>
public sealed class OldGalleryTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();

    public OldGalleryTests()
    {
        File.WriteAllBytes(_folder["embeddings.bin"], Convert.FromBase64String(
            "Q1ZSRRUAAABPIOa7n6sxHgEAAAABAAAAYQAAgD8AAJA/AACgP0NWUkUnAAAAI3bjCFXzB+8HAAAAAgAAAMOpdMOpL2IAAABAAAAIQAAAEEAAABhAAAAgQAAAKEBDVlJFFQAAAKZGqr2Dt7NMAQAAAAEAAABhAABAQAAASEAAAFBA"));
        File.WriteAllBytes(_folder["embeddings-1-of-2.bin"], Convert.FromBase64String("Q1ZSRRUAAACUbIKKOk+rxgEAAAABAAAAYwAAgEAAAIRAAACIQA=="));
        File.WriteAllText(_folder["failures.jsonl"], """{"id":"broken","reason":"it was \"cut\"","kind":"Truncated","at":"2026-11-22T10:00:00+00:00"}""" + "\n");
        File.WriteAllText(_folder["manifest.json"], """{"format":"covr-embeddings","version":1,"fingerprint":{"model":"model","weightsSha256":"00","preprocessing":"16 pixels","vectors":1,"dimensions":3}}""");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Open_ReadsItAndChangesNothing()
    {
        var before = Directory.GetFiles(_folder.FullName).ToDictionary(file => file, File.ReadAllBytes);
        var logger = new CollectingLogger();
        await using (var gallery = new FolderGallery(_folder.FullName, SampleGallery.Fingerprint, logger: logger))
        {
            await AssertHasOldItemsAsync(gallery);
            Assert.Equal(3, (await gallery.SearchAsync([new GalleryQuery(SampleGallery.Item(1), SearchOptions.Default)], Cancel))[0].Hits.Count);
        }

        Assert.Contains(logger.Lines, line => line.Level == LogLevel.Information && line.Text.Contains("version 1", StringComparison.Ordinal));
        Assert.Equal(before, Directory.GetFiles(_folder.FullName).ToDictionary(file => file, File.ReadAllBytes));
    }

    [Fact]
    public async Task UpsertAsync_UpgradesItAndSaysSo()
    {
        var logger = new CollectingLogger();
        await using (var gallery = new FolderGallery(_folder.FullName, SampleGallery.Fingerprint, logger: logger))
        {
            await gallery.UpsertAsync([SampleGallery.Entry("new", 7)], Cancel);
            Assert.Equal(1, await gallery.RemoveAsync([new MediaId("c")], Cancel));
            Assert.Equal(0, await gallery.RemoveAsync([new MediaId("c")], Cancel));
            await gallery.UpsertAsync([SampleGallery.Entry("c", 4)], Cancel);
        }

        Assert.Contains("\"version\": 2", await File.ReadAllTextAsync(_folder["manifest.json"], Cancel), StringComparison.Ordinal);
        Assert.Contains(logger.Lines, line => line.Text.Contains("was upgraded", StringComparison.Ordinal));
        Assert.False(File.Exists(_folder["failures.jsonl"]));
        await using var again = new FolderGallery(_folder.FullName, null);
        Assert.Equal(4, await again.CountAsync(cancellationToken: Cancel));
        Assert.Equal(["broken"], (await again.GetFailuresAsync(Cancel)).Keys.Select(id => id.Value));
        await again.CompactAsync(Cancel);
        await again.UpsertAsync([SampleGallery.Entry("broken", 1)], Cancel);
        Assert.Empty(await again.GetFailuresAsync(Cancel));
        Assert.Equal(5, await again.CountAsync(cancellationToken: Cancel));
    }

    [Fact]
    public async Task MergeAsync_KeepsEverything()
    {
        Assert.Equal(3, await FolderGallery.MergeAsync(_folder.FullName, Cancel));
        await using var gallery = new FolderGallery(_folder.FullName, null);
        await AssertHasOldItemsAsync(gallery);
    }

    private static async Task AssertHasOldItemsAsync(FolderGallery gallery)
    {
        Assert.Equal(["a", "c", "été/b"], await SampleGallery.IdsAsync(gallery));
        var read = await gallery.GetAsync([new MediaId("a"), new MediaId("été/b"), new MediaId("c")], Cancel);
        Assert.Equal([3, 3.125f, 3.25f], read[0].Embedding.Values.ToArray());
        Assert.Equal((2, 2.625f), (read[1].Embedding.Frames, read[1].Embedding.Values.Span[^1]));
        Assert.Equal([4, 4.125f, 4.25f], read[2].Embedding.Values.ToArray());
        var failure = Assert.Single(await gallery.GetFailuresAsync(Cancel)).Value;
        Assert.Equal(new EmbeddingFailure(new MediaId("broken"), "it was \"cut\"", MediaFailure.Truncated, new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero)), failure);
    }

    private sealed class CollectingLogger : ILogger<FolderGallery>
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception)));
    }
}
