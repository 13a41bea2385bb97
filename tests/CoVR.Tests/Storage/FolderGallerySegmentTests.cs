using CoVR.Storage;
using CoVR.TestSupport;

namespace CoVR.Tests.Storage;

/// <summary>Several writers, several readers, and what compaction leaves.</summary>
public sealed class FolderGallerySegmentTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();
    private readonly List<FolderGallery> _open = [];

    public void Dispose()
    {
        _open.ForEach(gallery => gallery.DisposeAsync().AsTask().GetAwaiter().GetResult());
        _folder.Dispose();
    }

    [Fact]
    public async Task UpsertAsync_WhileAnotherWriterIsOpen_IsRefused()
    {
        var (first, second) = (Open(), Open());
        await WriteAsync(first, "a", 0);
        var error = await Assert.ThrowsAsync<GalleryException>(() => WriteAsync(second, "b", 1));
        Assert.Contains("another writer", error.Message, StringComparison.Ordinal);
        await first.DisposeAsync();
        await WriteAsync(second, "b", 1);
        Assert.Equal(new() { ["a"] = 0, ["b"] = 1 }, await SampleGallery.StateAsync(second));
    }

    [Fact]
    public async Task UpsertAsync_OfTwoWorkersWithOneShard_IsRefusedWithTheSegmentsName()
    {
        await WriteAsync(Open("0-of-2"), "a", 0);
        var error = await Assert.ThrowsAsync<GalleryException>(() => WriteAsync(Open("0-of-2"), "b", 1));
        Assert.Contains("'0-of-2'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralWriters_TheNewestRecordCounts()
    {
        var (left, right, reader) = (Open("0-of-2"), Open("1-of-2"), Open());
        await WriteAsync(left, "a", 0);
        await WriteAsync(right, "b", 1);
        await WriteAsync(left, "c", 2);
        await WriteAsync(right, "a", 3);
        Assert.Equal(1, await left.RemoveAsync([new MediaId("b")], Cancel));
        Dictionary<string, int> expected = new() { ["a"] = 3, ["c"] = 2 };
        foreach (var gallery in new[] { left, right, reader, Open() })
        {
            Assert.Equal(expected, await SampleGallery.StateAsync(gallery));
        }

        await left.CompactAsync(Cancel);
        await WriteAsync(left, "a", 4);
        Assert.Equal(1, await right.RemoveAsync([new MediaId("c")], Cancel));
        expected = new() { ["a"] = 4 };
        foreach (var gallery in new[] { left, right, reader, Open() })
        {
            Assert.Equal(expected, await SampleGallery.StateAsync(gallery));
        }
    }

    [Fact]
    public async Task ARemoval_OutlivesCompactionWhileAnotherSegmentHoldsTheItem()
    {
        var (left, right) = (Open("0-of-2"), Open("1-of-2"));
        await WriteAsync(left, "a", 0);
        Assert.Equal(1, await right.RemoveAsync([new MediaId("a")], Cancel));
        await right.CompactAsync(Cancel);
        Assert.Empty(await SampleGallery.StateAsync(Open()));
        await left.DisposeAsync();
        await right.DisposeAsync();
        Assert.Equal(0, await FolderGallery.MergeAsync(_folder["store"], Cancel));
        Assert.Empty(await SampleGallery.StateAsync(Open()));
    }

    [Fact]
    public async Task CompactAsync_LeavesNothingOfOldRecords()
    {
        var gallery = Open();
        for (var value = 0; value < 5; value++)
        {
            await gallery.UpsertAsync([SampleGallery.Entry("a", value), SampleGallery.Entry("b", value)], Cancel);
        }

        await gallery.RemoveAsync([new MediaId("b")], Cancel);
        await gallery.RecordFailuresAsync([new EmbeddingFailure(new MediaId("c"), "it is empty", MediaFailure.Empty, DateTimeOffset.UnixEpoch)], Cancel);
        var reader = Open();
        Assert.Equal(new() { ["a"] = 4 }, await SampleGallery.StateAsync(reader));
        var before = new FileInfo(_folder["store", "embeddings.bin"]).Length;
        await gallery.CompactAsync(Cancel);
        Assert.InRange(new FileInfo(_folder["store", "embeddings.bin"]).Length, 1, before / 3);
        foreach (var each in new[] { gallery, reader, Open() })
        {
            Assert.Equal(new() { ["a"] = 4 }, await SampleGallery.StateAsync(each));
            Assert.Equal(["c"], (await each.GetFailuresAsync(Cancel)).Keys.Select(id => id.Value));
        }
    }

    [Fact]
    public async Task Writes_KeepTheFilesWithinTwiceWhatCounts()
    {
        var gallery = new FolderGallery(_folder["store"], SampleGallery.Fingerprint with { Dimensions = 512 });
        _open.Add(gallery);
        var random = new Random(7);
        for (var write = 0; write < 300; write++)
        {
            await gallery.UpsertAsync([.. Enumerable.Range(0, 8).Select(_ => random.Next(100)).Distinct().Select(n => new GalleryEntry(new MediaId($"{n}"), new EmbeddingSet(new float[512], 1, 512)))], Cancel);
            var live = await gallery.CountAsync(cancellationToken: Cancel) * ((512 * sizeof(float)) + 48);
            Assert.InRange(Directory.GetFiles(_folder["store"]).Sum(file => new FileInfo(file).Length), live, (2 * live) + (1 << 17));
        }
    }

    [Fact]
    public async Task CompactAsync_InterruptedAtAnyStep_HasTheOldFileOrTheNewOne()
    {
        await using (var gallery = new FolderGallery(_folder["store"], SampleGallery.Fingerprint))
        {
            await gallery.UpsertAsync([.. Enumerable.Range(0, 6).Select(i => SampleGallery.Entry($"{i}", i))], Cancel);
            await gallery.UpsertAsync([.. Enumerable.Range(0, 3).Select(i => SampleGallery.Entry($"{i}", 10 + i))], Cancel);
            await gallery.RemoveAsync([new MediaId("5")], Cancel);
        }

        var expected = await SampleGallery.StateAsync(Open());
        var reader = Open();
        for (var stop = 0; ; stop++)
        {
            await using var gallery = new FolderGallery(_folder["store"], SampleGallery.Fingerprint);
            gallery.Step = StopAt(stop);
            var finished = !await IsStoppedAsync(() => gallery.CompactAsync(Cancel).AsTask());
            Assert.Equal(expected, await SampleGallery.StateAsync(gallery));
            Assert.Equal(expected, await SampleGallery.StateAsync(reader));
            Assert.Equal(expected, await SampleGallery.StateAsync(Open()));
            if (finished)
            {
                Assert.InRange(stop, 8, 20);
                return;
            }
        }
    }

    [Fact]
    public async Task MergeAsync_InterruptedAtAnyStep_LosesNothing()
    {
        await using (var left = Open("0-of-2"))
        await using (var right = Open("1-of-2"))
        {
            await WriteAsync(left, "a", 0);
            await WriteAsync(left, "gone", 0);
            await WriteAsync(right, "b", 1);
            await WriteAsync(right, "a", 2);
            await right.RemoveAsync([new MediaId("gone")], Cancel);
            await Assert.ThrowsAsync<GalleryException>(() => FolderGallery.MergeAsync(_folder["store"], Cancel));
        }

        Dictionary<string, int> expected = new() { ["a"] = 2, ["b"] = 1 };
        var reader = Open();
        Assert.Equal(expected, await SampleGallery.StateAsync(reader));
        for (var stop = 0; await IsStoppedAsync(() => Task.Run(() => SegmentCompaction.Merge(_folder["store"], StopAt(stop), Cancel))); stop++)
        {
            Assert.Equal(expected, await SampleGallery.StateAsync(reader));
            Assert.Equal(expected, await SampleGallery.StateAsync(Open()));
        }

        Assert.Equal(["embeddings.bin"], Directory.GetFiles(_folder["store"], "*.bin*").Select(Path.GetFileName));
        Assert.Equal(expected, await SampleGallery.StateAsync(reader));
        Assert.Equal(2, await FolderGallery.MergeAsync(_folder["store"], Cancel));
        Assert.Equal(expected, await SampleGallery.StateAsync(Open()));
    }

    [Fact]
    public async Task UpsertAsync_AfterAMergeSinceOpening_GoesOnInAFreshSegment()
    {
        await using (var worker = Open("0-of-2"))
        {
            await WriteAsync(worker, "a", 0);
        }

        var late = Open("0-of-2");
        Assert.Single(await SampleGallery.StateAsync(late));
        await FolderGallery.MergeAsync(_folder["store"], Cancel);
        await WriteAsync(late, "b", 1);
        Assert.Equal(new() { ["a"] = 0, ["b"] = 1 }, await SampleGallery.StateAsync(Open()));
        Assert.Equal(new() { ["a"] = 0, ["b"] = 1 }, await SampleGallery.StateAsync(late));
    }

    private static Action<string> StopAt(int step) => name =>
    {
        if (step-- == 0)
        {
            throw new TimeoutException(name);
        }
    };

    private static async Task<bool> IsStoppedAsync(Func<Task> work)
    {
        try
        {
            await work();
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    private static Task WriteAsync(FolderGallery gallery, string id, int value) => gallery.UpsertAsync([SampleGallery.Entry(id, value)], Cancel).AsTask();

    private FolderGallery Open(string segment = "")
    {
        _open.Add(new FolderGallery(_folder["store"], SampleGallery.Fingerprint, new FolderGalleryOptions { Segment = segment, Staleness = TimeSpan.Zero }));
        return _open[^1];
    }
}
