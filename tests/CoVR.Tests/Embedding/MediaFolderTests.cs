using CoVR.Embedding;
using CoVR.Reproduction.Embedding;
using CoVR.TestSupport;

namespace CoVR.Tests.Embedding;

public sealed class MediaFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void List_OfPictures_FindsEveryKindAtAnyDepthSortedByIdentity()
    {
        Touch("b.JPG", "a.png", "sub/deep/c.webp", "notes.txt", "a1.jpeg", ".hidden.png");
        Assert.Equal(["a", "a1", "b", "sub/deep/c"], Ids(MediaFolder.Pictures));
    }

    [Fact]
    public void List_OfReferencePictures_SeesWhatTheReferenceSees()
    {
        Touch("b.JPG", "a.png", "a.jpg", "sub/c.png", "d.jpeg", "e.jpg");
        var items = ReferenceFolders.Pictures.List(_folder.FullName);
        Assert.Equal(["a", "e"], items.Select(item => item.Id.Value));
        Assert.EndsWith("a.png", ((FileMedia)items[0].Source).Path, StringComparison.Ordinal);
    }

    [Fact]
    public void List_OfReferenceVideos_AreExactlyOneFolderDeep()
    {
        Touch("x.mp4", "1065/2.mp4", "1065/3.MP4", "1065/4.webm", "1066/1.mp4", "1066/deep/5.mp4");
        Assert.Equal(["1065/2", "1066/1"], Ids(ReferenceFolders.Videos));
        Assert.Equal(["1065/2", "1065/3", "1065/4", "1066/1", "1066/deep/5", "x"], Ids(MediaFolder.Videos));
    }

    [Fact]
    public void List_ByFileName_LeavesFoldersOut()
    {
        Touch("34/train-1.png", "35/train-2.png");
        Assert.Equal(["train-1", "train-2"], Ids(MediaFolder.Pictures with { ByName = true }));
    }

    [Fact]
    public void List_WithTwoFilesOfOneIdentity_NamesBoth()
    {
        Touch("a.png", "a.jpg");
        var error = Assert.Throws<IOException>(() => Ids(MediaFolder.Pictures));
        Assert.Contains("a.png", error.Message, StringComparison.Ordinal);
        Assert.Contains("a.jpg", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void List_OfAskedItems_KeepsThePlaceOfOneThatIsNotThere()
    {
        Touch("1065/2.mp4", "1065/3.mp4");
        var items = ReferenceFolders.Videos.List(_folder.FullName, [new MediaId("1065/3"), new MediaId("1065/9"), new MediaId("1065/3")]);
        Assert.Equal(["1065/3", "1065/9"], items.Select(item => item.Id.Value));
        Assert.False(File.Exists(((FileMedia)items[1].Source).Path));
    }

    [Fact]
    public void List_OfNoFolder_NamesIt() =>
        Assert.Contains("nowhere", Assert.Throws<DirectoryNotFoundException>(() => MediaFolder.Videos.List("nowhere")).Message, StringComparison.Ordinal);

    private List<string> Ids(MediaFolder kind) => [.. kind.List(_folder.FullName).Select(item => item.Id.Value)];

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            var path = Path.Combine(_folder.FullName, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
    }
}
