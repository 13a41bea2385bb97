using CoVR.Cli.Runs;
using CoVR.Data;
using CoVR.Modeling.Checkpoints;
using CoVR.Reproduction.Embedding;
using CoVR.Storage;
using CoVR.TestSupport;
using TorchSharp;

namespace CoVR.Cli.Tests.Runs;

[Collection("torch")]
public sealed class EmbeddingFolderTests : IDisposable
{
    private static readonly EmbeddingFingerprint Fingerprint = new("tiny", "00", "16", 1, 3);
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Items_OfAStore_HaveShapesAndValues()
    {
        await WriteStoreAsync("store", "a");

        var folder = EmbeddingFolder.Open(_folder["store"]);
        var item = Assert.Single(folder.Items());

        Assert.Equal((false, Fingerprint), (folder.IsTree, folder.Fingerprint));
        Assert.Equal([2, 1, 3], item.Read(false).Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], item.Read(true).Values.ToArray());
    }

    [Fact]
    public void Items_OfATree_AreItsTensorsAndNoTexts()
    {
        using var tensor = torch.ones(2, 3);
        PthWriter.Write(_folder["1065", "7.pth"], tensor);
        new TextEmbeddings(["a text"], new float[3], 3).Save(_folder["txt2_test.pth"]);
        File.WriteAllText(_folder["broken.pth"], "nothing");

        var folder = EmbeddingFolder.Open(_folder.FullName);

        Assert.Equal((true, null), (folder.IsTree, folder.Fingerprint));
        Assert.Equal(["1065/7", "broken"], folder.Items().Select(item => item.Id!.Value.Value));
        Assert.Equal([2, 3], folder.Items().First().Read(false).Shape);
        Assert.Throws<GalleryException>(() => folder.Items().Last().Read(true));
    }

    [Fact]
    public void Open_OfAnEmptyFolder_SaysWhatItLooksFor() =>
        Assert.Contains("neither a store nor .pth files", Assert.Throws<GalleryException>(() => EmbeddingFolder.Open(_folder.FullName)).Reason, StringComparison.Ordinal);

    [Fact]
    public async Task Membership_OfSplits_KnowsItemsOfStoresByIdentityAndOfTreesByNameToo()
    {
        await WriteStoreAsync("store", "x/1");
        using var tensor = torch.ones(3);
        PthWriter.Write(_folder["tree", "x", "2.pth"], tensor);

        var isEmbedded = EmbeddingFolder.Membership(new Dictionary<DatasetSplit, string>
        {
            [DatasetSplit.Train] = _folder["store"],
            [DatasetSplit.Test] = _folder["tree"],
            [DatasetSplit.Validation] = _folder["missing"],
        });

        Assert.True(isEmbedded(DatasetSplit.Train, new MediaId("x/1")));
        Assert.False(isEmbedded(DatasetSplit.Train, new MediaId("1")));
        Assert.True(isEmbedded(DatasetSplit.Test, new MediaId("x/2")));
        Assert.True(isEmbedded(DatasetSplit.Test, new MediaId("2")));
        Assert.False(isEmbedded(DatasetSplit.Test, new MediaId("x/1")));
        Assert.False(isEmbedded(DatasetSplit.Validation, new MediaId("x/1")));
    }

    private async Task WriteStoreAsync(string name, string id)
    {
        await using IGallery store = new FolderGallery(_folder[name], Fingerprint);
        await store.WriteAsync(new MediaId(id), new EmbeddingSet(new float[] { 1, 2, 3, 4, 5, 6 }, 1, 3, 2), Cancel);
    }
}
