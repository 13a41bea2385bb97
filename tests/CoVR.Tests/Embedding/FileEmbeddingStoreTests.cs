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
        var error = Assert.Throws<EmbeddingStoreException>(() => new FileEmbeddingStore(_folder["store"], Fingerprint with { Model = "other", Dimensions = 5 }));
        Assert.Contains("Model: 'other' against 'model'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Dimensions: '5' against '3'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenExisting_TakesTheFingerprintOfTheFolder()
    {
        await WriteAsync("a");
        using var store = FileEmbeddingStore.OpenExisting(_folder["store"]);
        Assert.Equal(Fingerprint, store.Fingerprint);
        Assert.Throws<EmbeddingStoreException>(() => FileEmbeddingStore.OpenExisting(_folder["nowhere"]));
    }

    [Fact]
    public async Task Open_WithoutManifest_IsRefused()
    {
        await WriteAsync("a");
        File.Delete(_folder["store", FileEmbeddingStore.ManifestName]);
        Assert.Contains("manifest", Assert.Throws<EmbeddingStoreException>(Open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"covr-embeddings\",\"version\":99,\"fingerprint\":null}")]
    public async Task Open_WithABadManifest_IsRefused(string manifest)
    {
        await WriteAsync("a");
        await File.WriteAllTextAsync(_folder["store", FileEmbeddingStore.ManifestName], manifest, TestContext.Current.CancellationToken);
        Assert.Throws<EmbeddingStoreException>(Open);
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
            var error = Assert.Throws<EmbeddingStoreException>(Open);
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
        Assert.Contains("'damaged one'", Assert.Throws<EmbeddingStoreException>(Open).Message, StringComparison.Ordinal);
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
        var error = await Assert.ThrowsAsync<EmbeddingStoreException>(async () => await store.ReadAsync(new MediaId("b"), TestContext.Current.CancellationToken));
        Assert.Contains("'b'", error.Message, StringComparison.Ordinal);
        AssertSame(Item(0), await store.ReadAsync(new MediaId("a"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WriteAsync_WhileAnotherWriterIsOpen_IsRefused()
    {
        var first = Open();
        await first.WriteAsync(new MediaId("a"), Item(0), TestContext.Current.CancellationToken);
        var second = Open();
        var error = await Assert.ThrowsAsync<EmbeddingStoreException>(async () => await second.WriteAsync(new MediaId("b"), Item(1), TestContext.Current.CancellationToken));
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

    protected override IEmbeddingStore Create() => Open();

    private FileEmbeddingStore Open()
    {
        var store = new FileEmbeddingStore(_folder["store"], Fingerprint);
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
