using CoVR.Conformance;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Reproduction.Embedding;
using CoVR.TestSupport;
using TorchSharp;

namespace CoVR.Reproduction.Tests.Embedding;

[Collection("torch")]
public sealed class PthTreeGalleryTests : EmbeddingSourceConformance, IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();

    protected override int Dimensions => 3;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, 1, 3, new long[] { 3, 4 })]
    [InlineData(false, 1, 1, new long[] { 1, 4 })]
    [InlineData(false, 2, 3, new long[] { 3, 2, 4 })]
    [InlineData(true, 1, 1, new long[] { 4 })]
    [InlineData(true, 2, 1, new long[] { 2, 4 })]
    public async Task WriteAsync_OfAnItem_WritesTheReferencesShapeAtItsPlace(bool pictures, int vectors, int frames, long[] shape)
    {
        var fingerprint = Fingerprint with { Vectors = vectors, Dimensions = 4 };
        var item = SampleEmbeddings.Next(new Random(3), vectors, 4, frames);
        await Open().WriteAsync(new MediaId("1065/1012"), item, Cancel);
        using (var file = Checkpoint.Open(_folder["tree", "1065", "1012.pth"]))
        {
            var tensor = Assert.IsType<CheckpointTensor>(file.Content);
            Assert.Equal(torch.ScalarType.Float32, tensor.DType);
            Assert.Equal(shape, tensor.Shape);
            using var read = tensor.Read();
            Assert.Equal(item.Values.ToArray(), read.data<float>().ToArray());
        }

        AssertSame(item, await Open().ReadAsync(new MediaId("1065/1012"), Cancel));

        IGallery Open() => new PthTreeGallery(_folder["tree"], fingerprint, pictures);
    }

    [Fact]
    public async Task ReadAsync_OfAHalfPrecisionView_ReadsItsOwnRow()
    {
        using (var scope = torch.NewDisposeScope())
        {
            // The reference saves rows of a batch: several files may carry the storage of the whole batch.
            Checkpoint.WritePth(_folder["tree", "a", "x.pth"], torch.arange(24).reshape(4, 2, 3)[2].to(torch.ScalarType.Float16));
        }

        IGallery store = new PthTreeGallery(_folder["tree"], Fingerprint with { Vectors = 1 });
        var item = await store.ReadAsync(new MediaId("a/x"), Cancel);
        Assert.Equal((2, 1, 3), (item!.Frames, item.Vectors, item.Dimensions));
        Assert.Equal([12, 13, 14, 15, 16, 17], item.Values.ToArray());
    }

    [Fact]
    public async Task ReadAsync_OfAnotherShape_NamesFileAndShapes()
    {
        using (var scope = torch.NewDisposeScope())
        {
            Checkpoint.WritePth(_folder["tree", "a", "x.pth"], torch.zeros(4, 3));
        }

        var error = await Assert.ThrowsAsync<GalleryException>(async () => await Create().ReadAsync(new MediaId("a/x"), Cancel));
        Assert.Contains("[4, 3]; expected [frames, 2, 3]", error.Message, StringComparison.Ordinal);
        Assert.Contains("x.pth", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_OfATruncatedFile_NamesTheItem()
    {
        var store = Create();
        await store.WriteAsync(new MediaId("a/x"), Item(1), Cancel);
        var path = _folder["tree", "a", "x.pth"];
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        await File.WriteAllBytesAsync(path, bytes[..(bytes.Length / 2)], Cancel);
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await store.ReadAsync(new MediaId("a/x"), Cancel));
        Assert.Contains("'a/x'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListAsync_OfATreeOfTheReference_PassesOverItsTextsAndItsDeletedPicture()
    {
        using (var scope = torch.NewDisposeScope())
        {
            Checkpoint.WritePth(_folder["videos", "b", "2.pth"], torch.ones(1, 2, 3));
            Checkpoint.WritePth(_folder["videos", "a", "1.pth"], torch.ones(1, 2, 3));
            Checkpoint.WritePth(_folder["pictures", "delete.pth"], torch.zeros(2, 3));
            Checkpoint.WritePth(_folder["pictures", "p.pth"], torch.ones(2, 3));
        }

        new TextEmbeddings(["x"], new float[3], 3).Save(_folder["videos", "txt2_webvid.pth"]);
        Assert.Equal(["a/1", "b/2"], await IdsAsync(new PthTreeGallery(_folder["videos"], Fingerprint)));
        Assert.Equal(["p"], await IdsAsync(new PthTreeGallery(_folder["pictures"], Fingerprint, pictures: true)));
    }

    [Fact]
    public async Task ReadAsync_ByFileName_FindsItInAnyFolder()
    {
        using (var scope = torch.NewDisposeScope())
        {
            Checkpoint.WritePth(_folder["tree", "34", "train-7-img0.pth"], torch.ones(2, 3));
        }

        IGallery store = new PthTreeGallery(_folder["tree"], Fingerprint, pictures: true, byName: true);
        Assert.True(await store.ContainsAsync(new MediaId("train-7-img0"), Cancel));
        Assert.False(await store.ContainsAsync(new MediaId("34/train-7-img0"), Cancel));
    }

    [Fact]
    public async Task Open_WithAnotherFingerprint_IsRefusedWhereTheTreeKnowsItsOwn()
    {
        await Create().WriteAsync(new MediaId("a/x"), Item(1), Cancel);
        var error = Assert.Throws<GalleryException>(() => new PthTreeGallery(_folder["tree"], Fingerprint with { Model = "other" }));
        Assert.Contains("Model: 'other' against 'model'", error.Message, StringComparison.Ordinal);
        File.Delete(_folder["tree", PthTreeManifest.FileName]);
        IGallery other = new PthTreeGallery(_folder["tree"], Fingerprint with { Model = "other" });
        Assert.Equal(1, await other.CountAsync(null, Cancel));
        Assert.True((await other.GetInfoAsync(Cancel)).Fingerprint.IsAssumed);
    }

    [Fact]
    public async Task WriteAsync_IntoATreeOfUnknownOrigin_DoesNotClaimItsFiles()
    {
        using (var scope = torch.NewDisposeScope())
        {
            Checkpoint.WritePth(_folder["tree", "a", "x.pth"], torch.ones(1, 2, 3));
        }

        await Create().WriteAsync(new MediaId("a/y"), Item(1), Cancel);
        Assert.False(File.Exists(_folder["tree", PthTreeManifest.FileName]));
        Assert.Equal(["a/x", "a/y"], await IdsAsync(Create()));
    }

    [Fact]
    public async Task ContainsAsync_SeesWhatAnotherWorkerAdds()
    {
        var store = Create();
        Assert.Equal(0, await store.CountAsync(null, Cancel));
        await Create().WriteAsync(new MediaId("a/x"), Item(1), Cancel);
        Assert.True(await store.ContainsAsync(new MediaId("a/x"), Cancel));
    }

    [Fact]
    public async Task SearchAsync_AfterChanges_SeesThem()
    {
        var tree = Create();
        await tree.WriteAsync(new MediaId("a/x"), new EmbeddingSet(new float[] { 1, 0, 0, 1, 0, 0 }, 2, 3), Cancel);
        GalleryQuery query = new(new EmbeddingSet(new float[] { 1, 0, 0, 1, 0, 0 }, 2, 3), SearchOptions.Default);
        Assert.Equal(["a/x"], await FoundAsync());
        await tree.WriteAsync(new MediaId("a/y"), new EmbeddingSet(new float[] { 2, 0, 0, 2, 0, 0 }, 2, 3), Cancel);
        Assert.Equal(["a/y", "a/x"], await FoundAsync());
        Assert.Equal(1, await tree.RemoveAsync([new MediaId("a/x"), new MediaId("b")], Cancel));
        Assert.Equal(["a/y"], await FoundAsync());
        Assert.False(File.Exists(_folder["tree", "a", "x.pth"]));

        async Task<IEnumerable<string>> FoundAsync() => (await tree.SearchAsync([query], Cancel))[0].Hits.Select(hit => hit.Id.Value);
    }

    [Fact]
    public async Task WriteAsync_OfSeveralFramesIntoATreeOfPictures_IsRefused() =>
        await Assert.ThrowsAsync<GalleryException>(async () => await ((IGallery)new PthTreeGallery(
            _folder["tree"], Fingerprint, pictures: true)).WriteAsync(new MediaId("a"), SampleEmbeddings.Next(new Random(1), 2, 3, 2), Cancel));

    [Fact]
    public async Task WriteAsync_OfAnIdentityThatLeavesTheTree_StaysInside()
    {
        foreach (var id in new[] { "../x", "/etc/x", "a//b", "a/../../x", "c:\\x", "%2E%2E/x", "%", "..", "." })
        {
            await Create().WriteAsync(new MediaId(id), Item(id.Length), Cancel);
            AssertSame(Item(id.Length), await Create().ReadAsync(new MediaId(id), Cancel));
        }

        Assert.Equal(["tree"], Directory.EnumerateFileSystemEntries(_folder.FullName).Select(Path.GetFileName));
        Assert.Equal(9, (await IdsAsync(Create())).Distinct().Count());
        Assert.Contains("../x", await IdsAsync(Create()));
        Assert.Contains("%2E%2E/x", await IdsAsync(Create()));
    }

    [Fact]
    public async Task WriteAsync_OfANameAsLongAsFileSystemsAllow_StoresTheItem()
    {
        var id = new MediaId("a/" + new string('n', 251)); // and .pth
        await Create().WriteAsync(id, Item(1), Cancel);
        AssertSame(Item(1), await Create().ReadAsync(id, Cancel));
    }

    [Fact]
    public async Task WriteAsync_SweepsOldLeftoversAndKeepsYoungOnes()
    {
        Directory.CreateDirectory(_folder["tree", "a"]);
        await File.WriteAllTextAsync(_folder["tree", "a", "old.pth.abc.tmp"], "x", Cancel);
        await File.WriteAllTextAsync(_folder["tree", "a", "young.pth.abc.tmp"], "x", Cancel);
        File.SetLastWriteTimeUtc(_folder["tree", "a", "old.pth.abc.tmp"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await Create().WriteAsync(new MediaId("a/x"), Item(1), Cancel);
        Assert.Equal(["x.pth", "young.pth.abc.tmp"], Directory.EnumerateFiles(_folder["tree", "a"]).Select(Path.GetFileName).Order());
    }

    protected override async ValueTask<IEmbeddingSource> CreateSourceAsync(IReadOnlyDictionary<MediaId, EmbeddingSet> items)
    {
        var tree = Create();
        await tree.UpsertAsync([.. items.Select(item => new GalleryEntry(item.Key, item.Value))], Cancel);
        return tree;
    }

    private static async Task<List<string>> IdsAsync(IGallery gallery) => await gallery.ListAsync(null, Cancel).Select(item => item.Id.Value).ToListAsync(Cancel);

    [Fact]
    public void FindFiles_OfATree_AreItsTensorsDamagedOnesIncludedAndNoTexts()
    {
        using (var scope = torch.NewDisposeScope())
        {
            Checkpoint.WritePth(_folder["tree", "1065", "7.pth"], torch.ones(2, 3));
        }

        new TextEmbeddings(["a text"], new float[3], 3).Save(_folder["tree", "txt2_test.pth"]);
        File.WriteAllText(_folder["tree", "broken.pth"], "nothing");

        Assert.Null(PthTreeGallery.ReadFingerprint(_folder["tree"]));
        Assert.Equal(["1065/7", "broken"], PthTreeGallery.FindFiles(_folder["tree"]).Select(file => file.Key.Value));
        Assert.All(PthTreeGallery.FindFiles(_folder["tree"]), file => Assert.True(File.Exists(file.Value)));
    }

    [Fact]
    public async Task ReadFailures_OfATree_KnowsThoseOfItemsThatWereEmbeddedSince()
    {
        IGallery tree = Create();
        await tree.RecordFailuresAsync([new EmbeddingFailure(new MediaId("a/x"), "first", null, DateTimeOffset.UnixEpoch), new EmbeddingFailure(new MediaId("a/x"), "second", MediaFailure.Corrupt, DateTimeOffset.UnixEpoch)], Cancel);
        Assert.Equal("second", (await tree.GetFailuresAsync(Cancel))[new MediaId("a/x")].Reason);
        await tree.WriteAsync(new MediaId("a/x"), Item(1), Cancel);
        Assert.Empty(await tree.GetFailuresAsync(Cancel));
        Assert.Equal(("second", MediaFailure.Corrupt), (PthTreeGallery.ReadFailures(_folder["tree"]).Single().Value.Reason, PthTreeGallery.ReadFailures(_folder["tree"]).Single().Value.Kind!.Value));
    }

    private IGallery Create() => new PthTreeGallery(_folder["tree"], Fingerprint);
}
