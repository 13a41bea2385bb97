using CoVR.Conformance;
using CoVR.TestSupport;

namespace CoVR.Tests.Embedding;

public sealed class InMemoryEmbeddingStoreTests : EmbeddingStoreConformance
{
    protected override IEmbeddingStore Create() => new InMemoryEmbeddingStore(Fingerprint);
}

public sealed class FileEmbeddingStoreTests : EmbeddingStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<FileEmbeddingStore> _open = [];

    private string Segment => _folder["store", FileEmbeddingStore.SegmentName];

    public void Dispose()
    {
        _open.ForEach(store => store.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public async Task WriteAsync_WhereNothingCanBeWritten_SaysThatAndNotThatAnotherWriterIsThere()
    {
        Directory.CreateDirectory(_folder["store", "writer.lock"]);
        using var store = new FileEmbeddingStore(_folder["store"], Fingerprint);
        var error = await Assert.ThrowsAsync<GalleryException>(() => store.WriteAsync(new MediaId("a"), Item(1), TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another writer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AfterClosing_HoldsTheSameItemsInTheSameOrder()
    {
        await WriteAsync("b", "a", "c");
        var store = Open();
        Assert.Equal(["b", "a", "c"], await IdsAsync(store));
        AssertSame(Item(2), await store.ReadAsync(new MediaId("c"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Open_AfterAReplacement_HoldsTheNewItem()
    {
        await WriteAsync("a", "b");
        using (var store = Open())
        {
            await store.WriteAsync(new MediaId("a"), Item(77), TestContext.Current.CancellationToken);
        }

        var again = Open();
        Assert.Equal(2, again.Count);
        AssertSame(Item(77), await again.ReadAsync(new MediaId("a"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Open_OfANewFolder_WritesNothing()
    {
        Open();
        Assert.False(Directory.Exists(_folder["store"]));
    }

    [Fact]
    public async Task Open_WithAnotherFingerprint_ListsEveryDifference()
    {
        await WriteAsync("a");
        var error = Assert.Throws<GalleryException>(() => new FileEmbeddingStore(_folder["store"], Fingerprint with { Model = "other", Dimensions = 5 }));
        Assert.Contains("Model: 'other' against 'model'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Dimensions: '5' against '3'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenExisting_TakesTheFingerprintOfTheFolder()
    {
        await WriteAsync("a");
        using var store = FileEmbeddingStore.OpenExisting(_folder["store"]);
        Assert.Equal(Fingerprint, store.Fingerprint);
        Assert.Throws<GalleryException>(() => FileEmbeddingStore.OpenExisting(_folder["nowhere"]));
    }

    [Fact]
    public async Task Open_WithoutManifest_IsRefused()
    {
        await WriteAsync("a");
        File.Delete(_folder["store", FileEmbeddingStore.ManifestName]);
        Assert.Contains("manifest", Assert.Throws<GalleryException>(Open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"covr-embeddings\",\"version\":99,\"fingerprint\":null}")]
    public async Task Open_WithABadManifest_IsRefused(string manifest)
    {
        await WriteAsync("a");
        await File.WriteAllTextAsync(_folder["store", FileEmbeddingStore.ManifestName], manifest, TestContext.Current.CancellationToken);
        Assert.Throws<GalleryException>(Open);
    }

    [Fact]
    public async Task Open_OfAFileCutAnywhere_KeepsTheWholeRecordsAndGoesOn()
    {
        await WriteAsync("a", "b", "c");
        var whole = await File.ReadAllBytesAsync(Segment, TestContext.Current.CancellationToken);
        var record = whole.Length / 3;
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(Segment, whole[..length], TestContext.Current.CancellationToken);
            using var store = Open();
            Assert.Equal(length / record, store.Count);
            await store.WriteAsync(new MediaId("z"), Item(9), TestContext.Current.CancellationToken);
            Assert.Equal(((length / record) + 1) * record, new FileInfo(Segment).Length);
            AssertSame(Item(9), await store.ReadAsync(new MediaId("z"), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Open_WithAnyByteOfTheMiddleFlipped_NamesOffsetAndFile()
    {
        await WriteAsync("a", "b", "c");
        var whole = await File.ReadAllBytesAsync(Segment, TestContext.Current.CancellationToken);
        var record = whole.Length / 3;
        for (var at = record; at < 2 * record; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x40;
            await File.WriteAllBytesAsync(Segment, damaged, TestContext.Current.CancellationToken);
            var error = Assert.Throws<GalleryException>(Open);
            Assert.Contains($"byte {record} of {FileEmbeddingStore.SegmentName}", error.Message, StringComparison.Ordinal);
            Assert.Equal(damaged, await File.ReadAllBytesAsync(Segment, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Open_WithADamagedNumber_NamesTheItem()
    {
        await WriteAsync("first", "damaged one", "last");
        var bytes = await File.ReadAllBytesAsync(Segment, TestContext.Current.CancellationToken);
        bytes[^60] ^= 1; // in the numbers of the middle record: the last one has 16 + 8 + 4 + 24 bytes
        await File.WriteAllBytesAsync(Segment, bytes, TestContext.Current.CancellationToken);
        Assert.Contains("'damaged one'", Assert.Throws<GalleryException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WithABlankTail_DropsIt()
    {
        await WriteAsync("a", "b");
        await using (var file = new FileStream(Segment, FileMode.Append))
        {
            await file.WriteAsync(new byte[5000], TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, Open().Count);
    }

    [Fact]
    public async Task ReadAsync_OfBytesDamagedAfterOpening_NamesTheItem()
    {
        await WriteAsync("a", "b");
        var store = Open();
        var bytes = await File.ReadAllBytesAsync(Segment, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Segment, bytes, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await store.ReadAsync(new MediaId("b"), TestContext.Current.CancellationToken));
        Assert.Contains("'b'", error.Message, StringComparison.Ordinal);
        AssertSame(Item(0), await store.ReadAsync(new MediaId("a"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WriteAsync_WhileAnotherWriterIsOpen_IsRefused()
    {
        var first = Open();
        await first.WriteAsync(new MediaId("a"), Item(0), TestContext.Current.CancellationToken);
        var second = Open();
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await second.WriteAsync(new MediaId("b"), Item(1), TestContext.Current.CancellationToken));
        Assert.Contains("another writer", error.Message, StringComparison.Ordinal);
        first.Dispose();
        await second.WriteAsync(new MediaId("b"), Item(1), TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b"], await IdsAsync(second));
    }

    [Fact]
    public async Task WriteAsync_AfterAnotherWriterAppended_KeepsItsItems()
    {
        var late = Open();
        await WriteAsync("a", "b");
        await late.WriteAsync(new MediaId("c"), Item(2), TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b", "c"], await IdsAsync(late));
        Assert.Equal(3, Open().Count);
    }

    [Fact]
    public async Task WriteAsync_AfterDispose_IsRefused()
    {
        var store = Open();
        store.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.WriteAsync(new MediaId("a"), Item(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ReadAllAsync_OfMoreThanOneWindow_ReadsEverything()
    {
        var fingerprint = Fingerprint with { Vectors = 32, Dimensions = 256 };
        var random = new Random(5);
        EmbeddingSet[] items = [.. Enumerable.Range(0, 30).Select(_ => SampleEmbeddings.Next(random, 32, 256, frames: 15))];
        using (var store = new FileEmbeddingStore(_folder["large"], fingerprint))
        {
            await Task.WhenAll(items.Select((item, i) => store.WriteAsync(new MediaId($"{i}"), item).AsTask()));
        }

        using var again = new FileEmbeddingStore(_folder["large"], fingerprint);
        var count = 0;
        await foreach (var (id, item) in again.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            AssertSame(items[int.Parse(id.Value, System.Globalization.CultureInfo.InvariantCulture)], item);
            count++;
        }

        Assert.Equal(30, count);
    }

    [Fact]
    public async Task Open_OfAFolderThatSeveralWorkersFilled_ReadsTheirSegmentsAsOne()
    {
        using (var left = Open("0-of-2"))
        using (var right = Open("1-of-2"))
        {
            await left.WriteAsync(new MediaId("a"), Item(0), TestContext.Current.CancellationToken);
            await right.WriteAsync(new MediaId("b"), Item(1), TestContext.Current.CancellationToken);
            await left.WriteAsync(new MediaId("c"), Item(2), TestContext.Current.CancellationToken);
        }

        await WriteAsync("d");
        var store = Open("0-of-2");
        Assert.Equal(["d", "a", "c", "b"], await IdsAsync(store));
        AssertSame(Item(1), await store.ReadAsync(new MediaId("b"), TestContext.Current.CancellationToken));
        await store.WriteAsync(new MediaId("a"), Item(9), TestContext.Current.CancellationToken);
        AssertSame(Item(9), await Open().ReadAsync(new MediaId("a"), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<GalleryException>(async () => await store.WriteAsync(new MediaId("b"), Item(9), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WriteAsync_OfTwoWorkersWithOneShard_IsRefusedWithTheSegmentsName()
    {
        await Open("0-of-2").WriteAsync(new MediaId("a"), Item(0), TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await Open("0-of-2").WriteAsync(new MediaId("b"), Item(1), TestContext.Current.CancellationToken));
        Assert.Contains("'0-of-2'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MergeAsync_OfSeveralSegments_LeavesOneWithTheLastOfEachItem()
    {
        using (var left = Open("0-of-2"))
        using (var right = Open("1-of-2"))
        {
            await left.WriteAsync(new MediaId("a"), Item(0), TestContext.Current.CancellationToken);
            await right.WriteAsync(new MediaId("b"), Item(1), TestContext.Current.CancellationToken);
            await left.WriteAsync(new MediaId("a"), Item(7), TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<GalleryException>(async () => await FileEmbeddingStore.MergeAsync(_folder["store"], TestContext.Current.CancellationToken));
        }

        Assert.Equal(2, await FileEmbeddingStore.MergeAsync(_folder["store"], TestContext.Current.CancellationToken));
        Assert.Equal([FileEmbeddingStore.SegmentName], Directory.GetFiles(_folder["store"], "*.bin*").Select(Path.GetFileName));
        var merged = Open();
        Assert.Equal(["a", "b"], await IdsAsync(merged));
        AssertSame(Item(7), await merged.ReadAsync(new MediaId("a"), TestContext.Current.CancellationToken));
        AssertSame(Item(1), await merged.ReadAsync(new MediaId("b"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WriteAsync_AfterAMergeSinceOpening_GoesOnInAFreshSegment()
    {
        using (var worker = Open("0-of-2"))
        {
            await worker.WriteAsync(new MediaId("a"), Item(0), TestContext.Current.CancellationToken);
        }

        var late = Open("0-of-2");
        await FileEmbeddingStore.MergeAsync(_folder["store"], TestContext.Current.CancellationToken);
        await late.WriteAsync(new MediaId("b"), Item(1), TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b"], await IdsAsync(Open()));
        Assert.Equal(["a", "b"], await IdsAsync(late));
    }

    [Fact]
    public async Task Open_AfterAMergeThatWasKilledBeforeItsEnd_CountsEachItemOnce()
    {
        using (var worker = Open("0-of-2"))
        {
            await worker.WriteAsync(new MediaId("a"), Item(0), TestContext.Current.CancellationToken);
        }

        var segment = _folder["store", "embeddings-0-of-2.bin"];
        var bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        await FileEmbeddingStore.MergeAsync(_folder["store"], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);
        Assert.Equal(["a"], await IdsAsync(Open()));
        Assert.Equal(1, await FileEmbeddingStore.MergeAsync(_folder["store"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task RecallAsync_KeepsTheLastFailureOfEachItemOfEverySegment()
    {
        var at = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
        var (left, right) = (Open("0-of-2"), Open("1-of-2"));
        await left.RememberAsync(new EmbeddingFailure(new MediaId("a"), "it was \"cut\"\nshort", MediaFailure.Truncated, at), TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(_folder["store", "failures-0-of-2.jsonl"], "{\"id\":\"b\",\"rea", TestContext.Current.CancellationToken);
        await left.RememberAsync(new EmbeddingFailure(new MediaId("c"), "no memory", null, at), TestContext.Current.CancellationToken);
        await right.RememberAsync(new EmbeddingFailure(new MediaId("a"), "it is empty", MediaFailure.Empty, at.AddHours(1)), TestContext.Current.CancellationToken);
        var failures = await Open().RecallAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["a", "c"], failures.Keys.Select(id => id.Value).Order());
        Assert.Equal(new EmbeddingFailure(new MediaId("a"), "it is empty", MediaFailure.Empty, at.AddHours(1)), failures[new MediaId("a")]);
        Assert.True(failures[new MediaId("a")].IsPermanent);
        Assert.False(failures[new MediaId("c")].IsPermanent);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..\\x")]
    public void Open_WithASegmentNameThatLeavesTheFolder_IsRefused(string name) => Assert.Throws<ArgumentException>(() => Open(name));

    protected override IEmbeddingStore Create() => Open();

    private FileEmbeddingStore Open() => Open("");

    private FileEmbeddingStore Open(string segment)
    {
        var store = new FileEmbeddingStore(_folder["store"], Fingerprint, segment: segment);
        _open.Add(store);
        return store;
    }

    private async Task WriteAsync(params string[] ids)
    {
        using var store = new FileEmbeddingStore(_folder["store"], Fingerprint);
        for (var i = 0; i < ids.Length; i++)
        {
            await store.WriteAsync(new MediaId(ids[i]), Item(i));
        }
    }
}
