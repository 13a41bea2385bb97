using CoVR.Extensions.AI.VectorData;
using CoVR.Retrieval;
using CoVR.Storage;
using CoVR.TestSupport;
using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.Tests.VectorData;

/// <summary>A gallery in memory as a vector store.</summary>
public abstract class MemoryVectorStoreTests<TKey> : VectorStoreConformance<TKey>
    where TKey : notnull
{
    protected static EmbeddingFingerprint Fingerprint { get; } = new("model", new string('a', 64), "4 pixels", 1, 4);

    protected override VectorStore CreateStore() => new GalleryVectorStore(new GalleryParts("", new MemoryGallery(Fingerprint)));
}

public sealed class StringKeyVectorStoreTests : MemoryVectorStoreTests<string>
{
    protected override string Key(int n) => $"2024/it's \"{n}\"; -- 猫.jpg";
}

public sealed class GuidKeyVectorStoreTests : MemoryVectorStoreTests<Guid>
{
    protected override Guid Key(int n) => new(n, 0, 0, new byte[8]);

    [Fact]
    public async Task UpsertAsync_OfAnEmptyKey_MakesOne()
    {
        var collection = Store.GetCollection<Guid, Generated>(Name);
        Generated record = new() { Vector = [1, 0, 0, 0] };
        await collection.UpsertAsync(record, Token);
        Assert.NotEqual(Guid.Empty, record.Key);
        Assert.NotNull(await collection.GetAsync(record.Key, cancellationToken: Token));
    }

    public sealed class Generated
    {
        [VectorStoreKey]
        public Guid Key { get; set; }

        [VectorStoreVector(4)]
        public float[]? Vector { get; set; }
    }
}

public sealed class IntKeyVectorStoreTests : MemoryVectorStoreTests<int>
{
    protected override int Key(int n) => -n;
}

public sealed class ULongKeyVectorStoreTests : MemoryVectorStoreTests<ulong>
{
    protected override ulong Key(int n) => ulong.MaxValue - (ulong)n;
}

/// <summary>A gallery in a folder as a vector store.</summary>
public sealed class FolderVectorStoreTests : MemoryVectorStoreTests<long>
{
    private readonly TemporaryFolder _folder = new();
    private FolderGallery? _gallery;

    protected override VectorStore CreateStore() => new GalleryVectorStore(new GalleryParts("", _gallery = new FolderGallery(_folder.FullName, Fingerprint)));

    protected override long Key(int n) => long.MinValue + n;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _gallery!.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>What our store does beyond what connectors do, and what it refuses.</summary>
public sealed class GalleryVectorStoreTests
{
    private static readonly EmbeddingFingerprint Fingerprint = new("model", new string('a', 64), "4 pixels", 1, 2);
    private readonly MemoryGallery _gallery = new(Fingerprint);
    private readonly GalleryVectorStore _store;

    public GalleryVectorStoreTests() => _store = new(new GalleryParts("", _gallery));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Collections_OfFolders_ShowTheGallerysItems()
    {
        await _gallery.UpsertAsync([Entry("photos/2024/a.jpg"), Entry("photos/b.jpg"), Entry("photosets/c.jpg"), Entry("d.jpg")], Token);
        Assert.Equal(["/", "photos", "photosets"], await _store.ListCollectionNamesAsync(Token).ToListAsync(Token));
        Assert.Equal(["2024/a.jpg", "b.jpg"], await KeysAsync("photos"));
        Assert.Equal(["a.jpg"], await KeysAsync("photos/2024/"));
        Assert.Equal(["d.jpg", "photos/2024/a.jpg", "photos/b.jpg", "photosets/c.jpg"], await KeysAsync("/"));
        await _store.EnsureCollectionDeletedAsync("photos", Token);
        Assert.Equal(["d.jpg", "photosets/c.jpg"], await KeysAsync("/"));
    }

    [Fact]
    public async Task UpsertAsync_OfARecordWithoutVector_KeepsWhatTheGalleryHas()
    {
        var video = Entry("a") with { Embedding = new EmbeddingSet(new float[] { 1, 0, 0, 1 }, 1, 2, 2), FrameTimes = [TimeSpan.Zero, TimeSpan.FromSeconds(1)] };
        await _gallery.UpsertAsync([video], Token);
        await _store.GetCollection<string, Photo>("/").UpsertAsync(new Photo { Key = "a", Owner = "Zoë", Album = "summer" }, Token);
        var stored = Assert.Single(await _gallery.GetAsync([video.Id], Token));
        Assert.Equal(video.Embedding.Values.ToArray(), stored.Embedding.Values.ToArray());
        Assert.Equal(video.FrameTimes, stored.FrameTimes);
        Assert.Equal(("Zoë", "summer", "cam"), (stored.Properties.Owner, stored.Properties.Metadata["Album"], stored.Properties.Camera));
    }

    [Fact]
    public async Task UpsertAsync_OfRecordsOfWhichOneDoesNotFit_WritesNothing()
    {
        var collection = _store.GetCollection<string, Photo>("photos");
        var error = await Assert.ThrowsAsync<VectorStoreException>(() => collection.UpsertAsync([new() { Key = "a", Vector = [1, 0] }, new() { Key = "b", Vector = [1, 0, 0] }], Token));
        Assert.Contains("'photos/b' has 3 numbers", error.Message, StringComparison.Ordinal);
        Assert.Equal(("covr", "photos", "Upsert"), (error.VectorStoreSystemName, error.CollectionName, error.OperationName));
        error = await Assert.ThrowsAsync<VectorStoreException>(() => collection.UpsertAsync([new() { Key = "a", Vector = [1, 0] }, new() { Key = "b", Vector = [1, float.NaN] }], Token));
        Assert.Equal("photos/b", Assert.IsType<GalleryException>(error.InnerException).Id?.Value);
        error = await Assert.ThrowsAsync<VectorStoreException>(() => collection.UpsertAsync(new Photo { Key = "new" }, Token));
        Assert.Contains("has no vector", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await _gallery.CountAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task Calls_WithVectorsOfAnotherSize_NameBothSizes()
    {
        var collection = _store.GetDynamicCollection("photos", new() { Properties = [new VectorStoreKeyProperty("Key", typeof(string)), new VectorStoreVectorProperty("V", typeof(float[]), 3)] });
        Assert.Contains("'V' has 3 dimensions", (await Assert.ThrowsAsync<VectorStoreException>(() => collection.EnsureCollectionExistsAsync(Token))).Message, StringComparison.Ordinal);
        var search = _store.GetCollection<string, Photo>("photos").SearchAsync(new float[] { 1, 0, 0 }, 1, cancellationToken: Token);
        Assert.Contains("has 3 numbers", (await Assert.ThrowsAsync<VectorStoreException>(() => search.ToListAsync(Token).AsTask())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DistanceFunction.CosineSimilarity)]
    [InlineData(DistanceFunction.EuclideanDistance)]
    [InlineData(DistanceFunction.HammingDistance)]
    public void GetCollection_OfAnotherDistance_IsRefused(string function)
    {
        var error = Assert.Throws<NotSupportedException>(() => _store.GetDynamicCollection("photos", new()
        {
            Properties = [new VectorStoreKeyProperty("Key", typeof(string)), new VectorStoreVectorProperty("V", typeof(float[]), 2) { DistanceFunction = function }],
        }));
        Assert.Contains(function, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchAsync_WithAFilterThatNoGalleryHas_SaysWhichPartAndWhy()
    {
        var collection = _store.GetCollection<string, Photo>("photos");
        var error = await Assert.ThrowsAsync<NotSupportedException>(() =>
            collection.SearchAsync(new float[] { 1, 0 }, 1, new() { Filter = photo => photo.Owner == "Zoë" && photo.Album!.Length > 3 }, Token).ToListAsync(Token).AsTask());
        Assert.Contains("photo.Album.Length > 3", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<NotSupportedException>(() => collection.SearchAsync(new float[] { 1, 0 }, 1, new() { Filter = photo => photo.Key == "a" }, Token).ToListAsync(Token).AsTask());
        Assert.Contains("keys are not filtered", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetAsync_WithAFilterOfAPartOfNothing_NamesTheItem()
    {
        await _gallery.UpsertAsync([Entry("photos/a")], Token);
        var error = await Assert.ThrowsAsync<VectorStoreException>(() => _store.GetCollection<string, Photo>("photos").GetAsync(photo => photo.Album!.Length > 3, 9, cancellationToken: Token).ToListAsync(Token).AsTask());
        Assert.Contains("'photos/a'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchAsync_WithFiltersOfTheGallerysProperties_PassesThem()
    {
        var collection = _store.GetCollection<string, Media>("/");
        Media[] records =
        [
            new() { Key = "a", Kind = MediaKind.Video, Located = true, Small = 3, Vector = [1, 0] },
            new() { Key = "b", Kind = MediaKind.Picture, Owner = "Zoë", Vector = [0, 1] },
            new() { Key = "c", Vector = [0, 1] },
        ];
        await collection.UpsertAsync(records, Token);
        await AssertPassesAsync(media => media.Kind == MediaKind.Video, "a");
        await AssertPassesAsync(media => media.Kind != MediaKind.Video, "b", "c");
        await AssertPassesAsync(media => media.Kind == null, "c");
        await AssertPassesAsync(media => media.Located, "a");
        await AssertPassesAsync(media => media.Located == false, "b", "c");
        await AssertPassesAsync(media => media.Small == 3, "a");
        await AssertPassesAsync(media => media.Owner == "Zoë" || media.Small == 3, "a", "b");
        await AssertPassesAsync(media => new short[] { 3, 4 }.Contains(media.Small), "a");

        async Task AssertPassesAsync(System.Linq.Expressions.Expression<Func<Media, bool>> filter, params string[] keys)
        {
            Assert.Equal(keys, await collection.SearchAsync(new float[] { 1, 1 }, 9, new() { Filter = filter }, Token).Select(hit => hit.Record.Key).Order().ToListAsync(Token));
            Assert.Equal(keys, await collection.GetAsync(filter, 9, cancellationToken: Token).Select(media => media.Key).ToListAsync(Token));
        }
    }

    [Fact]
    public async Task GetAsync_OfKeysOfAnotherType_NamesTheItem()
    {
        await _gallery.UpsertAsync([Entry("photos/a.jpg")], Token);
        var collection = _store.GetDynamicCollection("photos", new() { Properties = [new VectorStoreKeyProperty("Key", typeof(int))] });
        var error = await Assert.ThrowsAsync<VectorStoreException>(() => collection.GetAsync(record => true, 9, cancellationToken: Token).ToListAsync(Token).AsTask());
        Assert.Contains("'photos/a.jpg' does not fit", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => _store.GetCollection<string, Photo>("/").GetAsync(" ", cancellationToken: Token));
    }

    [Theory]
    [InlineData("it's \"quoted\"; drop table items --")]
    [InlineData("a\0b")]
    [InlineData("../..")]
    [InlineData("long")]
    public async Task Keys_OfAnyText_AreKeptApart(string key)
    {
        key = key == "long" ? new string('x', 10_000) : key;
        var collection = _store.GetCollection<string, Photo>("photos");
        await collection.UpsertAsync([new() { Key = key, Vector = [1, 0] }, new() { Key = key + "/", Vector = [0, 1] }], Token);
        Assert.Equal([key, key + "/"], await KeysAsync("photos"));
        await collection.DeleteAsync(key, Token);
        Assert.Equal([key + "/"], await KeysAsync("photos"));
    }

    private async Task<List<string>> KeysAsync(string collection) =>
        await _store.GetCollection<string, Photo>(collection).GetAsync(photo => true, 99, cancellationToken: Token).Select(photo => photo.Key).ToListAsync(Token);

    private static GalleryEntry Entry(string id) => new(new MediaId(id), new EmbeddingSet(new float[] { 1, 0 }, 1, 2)) { Properties = new() { Owner = "nobody", Camera = "cam" } };

    public sealed class Photo
    {
        [VectorStoreKey]
        public string Key { get; set; } = "";

        [VectorStoreData]
        public string? Owner { get; set; }

        [VectorStoreData]
        public string? Album { get; set; }

        [VectorStoreVector(2)]
        public float[]? Vector { get; set; }
    }
    public sealed class Media
    {
        [VectorStoreKey]
        public string Key { get; set; } = "";

        [VectorStoreData]
        public MediaKind? Kind { get; set; }

        [VectorStoreData(StorageName = "HasLocation")]
        public bool Located { get; set; }

        [VectorStoreData]
        public short Small { get; set; }

        [VectorStoreData]
        public string? Owner { get; set; }

        [VectorStoreVector(2)]
        public float[]? Vector { get; set; }
    }
}
