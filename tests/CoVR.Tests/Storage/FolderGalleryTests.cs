using CoVR.Conformance;
using CoVR.Retrieval;
using CoVR.Storage;
using CoVR.TestSupport;

namespace CoVR.Tests.Storage;

[Collection("torch")]
public sealed class FolderGalleryConformanceTests : GalleryConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _made;

    private string Last => _folder[$"{_made}"];

    protected override bool CanReopen => true;

    public void Dispose() => _folder.Dispose();

    protected override ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint)
    {
        _made++;
        return ReopenAsync(fingerprint);
    }

    protected override ValueTask<IGallery> ReopenAsync(EmbeddingFingerprint fingerprint) => new(new FolderGallery(Last, fingerprint));

    protected override float Score(EmbeddingSet query, EmbeddingSet item) => Similarities.MeanPooled.Score(query, FramePoolings.Mean.Pool(item));
}

/// <summary>Files, damage and locks.</summary>
public sealed class FolderGalleryTests : IDisposable
{
    private static readonly EmbeddingFingerprint Fingerprint = SampleGallery.Fingerprint;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();
    private readonly List<FolderGallery> _open = [];

    private string Segment => _folder["store", "embeddings.bin"];

    public void Dispose()
    {
        _open.ForEach(gallery => gallery.DisposeAsync().AsTask().GetAwaiter().GetResult());
        _folder.Dispose();
    }

    [Fact]
    public async Task UpsertAsync_WhereNothingCanBeWritten_SaysThatAndNotThatAnotherWriterIsThere()
    {
        Directory.CreateDirectory(_folder["store", "writer.lock"]);
        var error = await Assert.ThrowsAsync<GalleryException>(() => Open().UpsertAsync([Entry("a", 1)], Cancel).AsTask());
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another writer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OfANewFolder_WritesNothing()
    {
        var gallery = Open();
        Assert.Equal(0, await gallery.CountAsync(cancellationToken: Cancel));
        await gallery.UpsertAsync([], Cancel);
        Assert.Empty((await gallery.SearchAsync([new GalleryQuery(Item(1), SearchOptions.Default)], Cancel))[0].Hits);
        Assert.False(Directory.Exists(_folder["store"]));
    }

    [Fact]
    public async Task Open_WithAnotherFingerprint_ListsEveryDifference()
    {
        await WriteAsync("a");
        await using var other = new FolderGallery(_folder["store"], Fingerprint with { Model = "other", Dimensions = 5 });
        var error = await Assert.ThrowsAsync<GalleryException>(() => other.GetInfoAsync(Cancel).AsTask());
        Assert.Contains("Model: 'other' against 'model'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Dimensions: '5' against '3'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WithoutAFingerprint_TakesThatOfTheFolder()
    {
        await WriteAsync("a");
        await using var known = new FolderGallery(_folder["store"], null);
        Assert.Equal(Fingerprint, (await known.GetInfoAsync(Cancel)).Fingerprint);
        await using var nowhere = new FolderGallery(_folder["nowhere"], null);
        await Assert.ThrowsAsync<GalleryException>(() => nowhere.GetInfoAsync(Cancel).AsTask());
    }

    [Fact]
    public async Task Open_WithoutManifest_IsRefused()
    {
        await WriteAsync("a");
        File.Delete(_folder["store", "manifest.json"]);
        Assert.Contains("manifest", (await Assert.ThrowsAsync<GalleryException>(() => Open().GetInfoAsync(Cancel).AsTask())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"covr-embeddings\",\"version\":99,\"fingerprint\":null}")]
    public async Task Open_WithABadManifest_IsRefused(string manifest)
    {
        await WriteAsync("a");
        await File.WriteAllTextAsync(_folder["store", "manifest.json"], manifest, Cancel);
        await Assert.ThrowsAsync<GalleryException>(() => Open().GetInfoAsync(Cancel).AsTask());
    }

    [Fact]
    public async Task Open_OfAFileCutAnywhere_KeepsWholeWritesOnlyAndGoesOn()
    {
        List<long> ends = [];
        await using (var gallery = new FolderGallery(_folder["store"], Fingerprint))
        {
            foreach (var write in new[] { 1, 2, 3 })
            {
                await gallery.UpsertAsync([.. Enumerable.Range(0, write).Select(i => Entry($"{write}-{i}", i))], Cancel);
                ends.Add(new FileInfo(Segment).Length);
            }
        }

        var whole = await File.ReadAllBytesAsync(Segment, Cancel);
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(Segment, whole[..length], Cancel);
            await using var gallery = new FolderGallery(_folder["store"], Fingerprint);
            var writes = ends.Count(end => end <= length);
            Assert.Equal(writes * (writes + 1) / 2, await gallery.CountAsync(cancellationToken: Cancel));
            await gallery.UpsertAsync([Entry("z", 9)], Cancel);
            await using var again = new FolderGallery(_folder["store"], Fingerprint);
            Assert.Equal((writes * (writes + 1) / 2) + 1, await again.CountAsync(cancellationToken: Cancel));
            AssertSame(Item(9), (await again.GetAsync([new MediaId("z")], Cancel))[0].Embedding);
        }
    }

    [Fact]
    public async Task AnyByteOfTheMiddleFlipped_IsNamedAndTheRestCanBeRead()
    {
        await WriteAsync("a");
        var start = new FileInfo(Segment).Length;
        await WriteAsync("b");
        var end = new FileInfo(Segment).Length;
        await WriteAsync("c");
        var whole = await File.ReadAllBytesAsync(Segment, Cancel);
        for (var at = start; at < end; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x40;
            await File.WriteAllBytesAsync(Segment, damaged, Cancel);
            await using var gallery = new FolderGallery(_folder["store"], Fingerprint);
            Assert.Equal(["a", "c"], (await gallery.GetAsync([new MediaId("a"), new MediaId("c")], Cancel)).Select(entry => entry.Id.Value));
            foreach (var call in CallsThatNeedEverything(gallery))
            {
                var error = await Assert.ThrowsAsync<GalleryException>(call);
                Assert.Contains($"byte {start} of embeddings.bin", error.Message, StringComparison.Ordinal);
                Assert.Equal(_folder["store"], error.Gallery);
            }

            Assert.Equal(damaged, await File.ReadAllBytesAsync(Segment, Cancel));
        }
    }

    [Fact]
    public async Task ADamagedNumber_NamesTheItem()
    {
        await WriteAsync("first");
        await WriteAsync("damaged one");
        var end = new FileInfo(Segment).Length;
        await WriteAsync("last");
        var bytes = await File.ReadAllBytesAsync(Segment, Cancel);
        bytes[end - 1] ^= 1;
        await File.WriteAllBytesAsync(Segment, bytes, Cancel);
        var error = await Assert.ThrowsAsync<GalleryException>(() => Open().CountAsync(cancellationToken: Cancel).AsTask());
        Assert.Equal(new MediaId("damaged one"), error.Id);
        Assert.Contains("'damaged one'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DropDamagedAsync_KeepsWhatIsWhole_AndTheGalleryCanBeUsedAgain(bool header)
    {
        await WriteAsync("a", "b");
        var at = new FileInfo(Segment).Length;
        await WriteAsync("c");
        await WriteAsync("d");
        var bytes = await File.ReadAllBytesAsync(Segment, Cancel);
        bytes[at + (header ? 5 : 60)] ^= 1;
        await File.WriteAllBytesAsync(Segment, bytes, Cancel);

        Assert.Equal(2, await FolderGallery.DropDamagedAsync(_folder["store"], new HashSet<MediaId> { new("b"), new("other") }, Cancel));

        Assert.Equal(bytes, await File.ReadAllBytesAsync(Segment + ".damaged", Cancel));
        Assert.Equal(["a", "d"], await IdsAsync(Open()));
        Assert.Equal(0, await FolderGallery.DropDamagedAsync(_folder["store"], null, Cancel));
        await WriteAsync("b", "c");
        Assert.Equal(["a", "b", "c", "d"], await IdsAsync(Open()));
    }

    [Fact]
    public async Task Open_WithABlankTail_DropsIt()
    {
        await WriteAsync("a", "b");
        await using (var file = new FileStream(Segment, FileMode.Append))
        {
            await file.WriteAsync(new byte[5000], Cancel);
        }

        Assert.Equal(["a", "b"], await IdsAsync(Open()));
        Assert.Equal(0, await FolderGallery.DropDamagedAsync(_folder["store"], null, Cancel));
    }

    [Fact]
    public async Task GetAsync_OfBytesDamagedAfterOpening_NamesTheItem()
    {
        await WriteAsync("a", "b");
        var gallery = Open();
        Assert.Equal(2, await gallery.CountAsync(cancellationToken: Cancel));
        var bytes = await File.ReadAllBytesAsync(Segment, Cancel);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Segment, bytes, Cancel);
        Assert.Equal(new MediaId("b"), (await Assert.ThrowsAsync<GalleryException>(() => gallery.GetAsync([new MediaId("b")], Cancel).AsTask())).Id);
        AssertSame(Item(0), (await gallery.GetAsync([new MediaId("a")], Cancel))[0].Embedding);
    }

    [Theory]
    [InlineData("append")]
    [InlineData("flush")]
    public async Task UpsertAsync_OnAFullDisk_LeavesTheOldState(string step)
    {
        await WriteAsync("a");
        var before = await File.ReadAllBytesAsync(Segment, Cancel);
        var gallery = Open();
        gallery.Step = now => _ = now == step ? throw new IOException("No space left on device") : 0;
        var error = await Assert.ThrowsAsync<GalleryException>(() => gallery.UpsertAsync([Entry("a", 5), Entry("b", 6)], Cancel).AsTask());
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Segment, Cancel));
        Assert.Equal(["a"], await IdsAsync(gallery));
        gallery.Step = null;
        await gallery.UpsertAsync([Entry("b", 6)], Cancel);
        Assert.Equal(["a", "b"], await IdsAsync(Open()));
    }

    [Fact]
    public async Task UpsertAsync_ForReadingOnly_IsRefused()
    {
        await WriteAsync("a");
        await using var gallery = new FolderGallery(_folder["store"], null, new FolderGalleryOptions { IsReadOnly = true });
        Assert.Contains("reading only", (await Assert.ThrowsAsync<GalleryException>(() => gallery.UpsertAsync([Entry("b", 1)], Cancel).AsTask())).Reason, StringComparison.Ordinal);
        Assert.Single((await gallery.SearchAsync([new GalleryQuery(Item(1), SearchOptions.Default)], Cancel))[0].Hits);
    }

    [Fact]
    public async Task SearchAsync_KeepsNoScratchFileInTheFolder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows shows a file that is deleted on closing.");
        await WriteAsync("a");
        var files = Directory.GetFiles(_folder["store"]);
        Assert.Single((await Open().SearchAsync([new GalleryQuery(Item(1), SearchOptions.Default)], Cancel))[0].Hits);
        Assert.Equal(files.Order(), Directory.GetFiles(_folder["store"]).Order());
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..\\x")]
    public void Open_WithASegmentNameThatLeavesTheFolder_IsRefused(string name) =>
        Assert.Throws<ArgumentException>(() => new FolderGallery(_folder["store"], Fingerprint, new FolderGalleryOptions { Segment = name }));

    private static Func<Task>[] CallsThatNeedEverything(FolderGallery gallery) =>
    [
        () => gallery.CountAsync(cancellationToken: Cancel).AsTask(),
        () => IdsAsync(gallery),
        () => gallery.SearchAsync([new GalleryQuery(Item(1), SearchOptions.Default)], Cancel).AsTask(),
        () => gallery.GetAsync([new MediaId("b")], Cancel).AsTask(),
        () => gallery.UpsertAsync([Entry("d", 1)], Cancel).AsTask(),
        () => gallery.CompactAsync(Cancel).AsTask(),
    ];

    private static GalleryEntry Entry(string id, int value) => SampleGallery.Entry(id, value);

    private static EmbeddingSet Item(int value) => SampleGallery.Item(value);

    private static void AssertSame(EmbeddingSet expected, EmbeddingSet actual) => Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());

    private static Task<List<string>> IdsAsync(FolderGallery gallery) => SampleGallery.IdsAsync(gallery);

    private FolderGallery Open()
    {
        _open.Add(new FolderGallery(_folder["store"], Fingerprint));
        return _open[^1];
    }

    private async Task WriteAsync(params string[] ids)
    {
        await using var gallery = new FolderGallery(_folder["store"], Fingerprint);
        await gallery.UpsertAsync([.. ids.Select((id, i) => Entry(id, i))], Cancel);
    }
}
