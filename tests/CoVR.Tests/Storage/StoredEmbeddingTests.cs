using System.Text;
using CoVR.Storage;
using CoVR.TestSupport;

namespace CoVR.Tests.Storage;

/// <summary>Damaged stores, looked at item by item, and mended.</summary>
public sealed class StoredEmbeddingTests : IDisposable
{
    private static readonly EmbeddingFingerprint Fingerprint = new("tiny", "00", "16", 1, 3);
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    private string Segment => _folder["embeddings.bin"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Inspect_OfAHealthyStore_AreAllThere()
    {
        await WriteAsync("a", "b", "c");

        var items = FolderGallery.Inspect(_folder.FullName).ToList();

        Assert.Equal(["a", "b", "c"], items.Select(item => item.Id!.Value.Value));
        Assert.All(items, item => Assert.Equal((2, Segment, null), (item.Frames, item.File, item.Damage)));
        Assert.Equal([2, 2, 2, 2, 2, 2], items[1].Read().Values.ToArray());
    }

    [Theory]
    [InlineData("head", 2, 1)]
    [InlineData("body", 2, 1)]
    [InlineData("length", 2, 1)]
    [InlineData("name", 2, 1)]
    public async Task Inspect_OfADamagedRecord_GoOnBehindIt(string where, int readable, int damaged)
    {
        await WriteAsync("a", "bbbb", "c");
        Damage("bbbb", where);

        await using IGallery gallery = new FolderGallery(_folder.FullName, null);
        await Assert.ThrowsAsync<GalleryException>(async () =>
            await gallery.SearchAsync([new GalleryQuery(new EmbeddingSet(new float[] { 1, 0, 0 }, 1, 3), SearchOptions.Default)], Cancel));
        var items = FolderGallery.Inspect(_folder.FullName).ToList();
        Assert.Equal(readable, items.Count(item => item.Damage is null));
        Assert.Equal(damaged, items.Count(item => item.Damage is not null || Throws(item)));
        Assert.Equal([3, 3, 3, 3, 3, 3], items.Single(item => item.Id?.Value == "c").Read().Values.ToArray());
    }

    [Theory]
    [InlineData("head")]
    [InlineData("body")]
    [InlineData("length")]
    public async Task DropDamagedAsync_KeepsWhatIsWhole_AndTheStoreOpensAgain(string where)
    {
        await WriteAsync("a", "bbbb", "c");
        Damage("bbbb", where);
        var before = File.ReadAllBytes(Segment);

        Assert.Equal(1, await FolderGallery.DropDamagedAsync(_folder.FullName, null, Cancel));

        await using IGallery store = new FolderGallery(_folder.FullName, null);
        Assert.Equal(2, await store.CountAsync(null, Cancel));
        var kept = await store.ReadAsync(new MediaId("a"), Cancel);
        Assert.Equal([1, 1, 1, 1, 1, 1], kept!.Values.ToArray());
        Assert.Null(await store.ReadAsync(new MediaId("bbbb"), Cancel));
        Assert.Equal(before, File.ReadAllBytes(Segment + ".damaged"));
        await store.WriteAsync(new MediaId("bbbb"), Item(2), Cancel);
        Assert.Equal(3, await store.CountAsync(null, Cancel));
    }

    [Fact]
    public async Task DropDamagedAsync_OfAHealthyStore_WritesNothing()
    {
        await WriteAsync("a");
        var before = File.ReadAllBytes(Segment);

        Assert.Equal(0, await FolderGallery.DropDamagedAsync(_folder.FullName, null, Cancel));

        Assert.Equal(before, File.ReadAllBytes(Segment));
        Assert.False(File.Exists(Segment + ".damaged"));
    }

    [Fact]
    public async Task DropDamagedAsync_OfItemsThatAreOfNoUse_TakesThemOut()
    {
        await WriteAsync("a", "b", "c");

        Assert.Equal(1, await FolderGallery.DropDamagedAsync(_folder.FullName, new HashSet<MediaId> { new("b"), new("other") }, Cancel));

        await using IGallery store = new FolderGallery(_folder.FullName, null);
        Assert.Equal((2, false), (await store.CountAsync(null, Cancel), await store.ContainsAsync(new MediaId("b"), Cancel)));
    }

    [Fact]
    public async Task Inspect_OfACutFile_NameTheEnd()
    {
        await WriteAsync("a", "b");
        File.WriteAllBytes(Segment, File.ReadAllBytes(Segment)[..^5]);

        var items = FolderGallery.Inspect(_folder.FullName).ToList();

        Assert.Equal("a", items[0].Id!.Value.Value);
        Assert.Contains("not a complete record", items[1].Damage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadFingerprint_OfAFolder_IsThatOfItsManifest()
    {
        Assert.Null(FolderGallery.ReadFingerprint(_folder.FullName));
        await WriteAsync("a");
        Assert.Equal(Fingerprint, FolderGallery.ReadFingerprint(_folder.FullName));
        File.Delete(_folder["manifest.json"]);
        Assert.Contains("unknown which model", Assert.Throws<GalleryException>(() => FolderGallery.ReadFingerprint(_folder.FullName)).Reason, StringComparison.Ordinal);
    }

    private static bool Throws(FolderGallery.StoredEmbedding item)
    {
        try
        {
            item.Read();
            return false;
        }
        catch (GalleryException)
        {
            return true;
        }
    }

    private static EmbeddingSet Item(float value) => new(Enumerable.Repeat(value, 6).ToArray(), 1, 3, 2);

    private async Task WriteAsync(params string[] ids)
    {
        await using IGallery store = new FolderGallery(_folder.FullName, Fingerprint);
        foreach (var (i, id) in ids.Index())
        {
            await store.WriteAsync(new MediaId(id), Item(i + 1), Cancel);
        }
    }

    private void Damage(string id, string where)
    {
        var bytes = File.ReadAllBytes(Segment);
        var name = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(id));
        bytes[where switch { "head" => name - 24, "body" => name + id.Length, "length" => name - 8, _ => name }] ^= where == "name" ? (byte)0xFF : (byte)0x11;
        File.WriteAllBytes(Segment, bytes);
    }
}
