using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.WebVidCoVR;

public sealed class WebVidCoVRReaderTests : IDisposable
{
    private const string Header = "txt1,txt2,pth1,pth2,edit,scores,sim_txt,sim_vid\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_RowsInFileOrder_BecomeTriplets()
    {
        var reader = Reader(Header + "a,\"b, with \"\"quotes\"\"\",x/2,x/1,\"make it\nred\",\"[0.5, 1]\",0.1,0.2\nc,d,x/1,x/3,Übermalen,[],,\n", "x/1.mp4", "x/2.png", "x/3.jpg");

        var data = await reader.ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken);

        Assert.Equal(["0", "1"], data.Triplets.Select(triplet => triplet.Id));
        Assert.Equal(new MediaId("x/2"), data.Triplets[0].Reference);
        Assert.Equal("make it\nred", data.Triplets[0].Modification);
        Assert.Equal("b, with \"quotes\"", data.Triplets[0].TargetCaption);
        Assert.Equal([0.5f, 1f], data.Triplets[0].FrameScores!);
        Assert.Equal("Übermalen", data.Triplets[1].Modification);
        Assert.Null(data.Triplets[1].FrameScores);
        Assert.Equal([new MediaId("x/1"), new MediaId("x/3")], data.Candidates);
    }

    [Fact]
    public async Task ReadAsync_MinimalColumns_AreEnough()
    {
        var reader = Reader("edit,pth2,pth1\nfaster,x/1,x/2\n", "x/1.mp4", "x/2.mp4");

        var triplet = Assert.Single((await reader.ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken)).Triplets);

        Assert.Equal(new Triplet("0", new MediaId("x/2"), "faster", new MediaId("x/1")), triplet);
    }

    [Theory]
    [InlineData("txt1,pth1,pth2\na,x/1,x/2\n", 1L, "edit", "column(s) missing: edit")]
    [InlineData("pth1,pth1,pth2,edit\nx/1,x/1,x/2,e\n", 1L, "pth1", "twice")]
    [InlineData("", 1L, "pth1", "missing: pth1, pth2, edit")]
    [InlineData("pth1,pth2,edit\n", 1L, null, "no row")]
    [InlineData("pth1,pth2,edit\nx/1,x/2,e\nx/1,x/2\n", 3L, null, "field")]
    [InlineData("pth1,pth2,edit\nx/1,x/2,\"e\nand never closed\n", 2L, null, "quote")]
    [InlineData("pth1,pth2,edit\nx/1,x/2,e\nx/1,,e\n", 3L, "pth2", "empty")]
    [InlineData("pth1,pth2,edit\nx/1,x/2,\" \"\n", 2L, "edit", "empty")]
    [InlineData("pth1,pth2,edit\n../../etc/passwd,x/2,e\n", 2L, "pth1", "outside")]
    [InlineData("pth1,pth2,edit\n/etc/passwd,x/2,e\n", 2L, "pth1", "outside")]
    [InlineData("pth1,pth2,edit,scores\nx/1,x/2,e,0.5\n", 2L, "scores", "not a list")]
    [InlineData("pth1,pth2,edit,scores\nx/1,x/2,e,\"[0.5, high]\"\n", 2L, "scores", "'high' (entry 2)")]
    [InlineData("pth1,pth2,edit,scores\nx/1,x/2,e,\"[nan]\"\n", 2L, "scores", "finite")]
    [InlineData("pth1,pth2,edit,sim_txt\n\nx/1,x/2,e,1.2.3\n", 3L, "sim_txt", "not a number")]
    public async Task ReadAsync_MalformedFile_NamesFileLineAndField(string text, long line, string? field, string reason)
    {
        var reader = Reader(text, "x/1.mp4", "x/2.mp4");

        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => reader.ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(_folder["a.csv"], error.File);
        Assert.Equal(line, error.Line);
        Assert.Equal(field, error.Field);
        Assert.Contains(reason, error.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ReadAsync_MissingFile_SaysSo()
    {
        var reader = new WebVidCoVROptions().AddSplit(DatasetSplit.Test, _folder["nowhere.csv"], _folder.FullName).CreateReader();

        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => reader.ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken).AsTask());

        Assert.Contains("does not exist", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_UnknownSplit_ListsThoseThatAreSet()
    {
        var reader = Reader(Header);

        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => reader.ReadAsync(DatasetSplit.Train, TestContext.Current.CancellationToken).AsTask());

        Assert.Contains("Test", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatasetSplit.Test, MissingMediaPolicy.StrictTest, -1)]
    [InlineData(DatasetSplit.Train, MissingMediaPolicy.StrictTest, 1)]
    [InlineData(DatasetSplit.Train, MissingMediaPolicy.Strict, -1)]
    [InlineData(DatasetSplit.Test, MissingMediaPolicy.Report, 1)]
    [InlineData(DatasetSplit.Test, MissingMediaPolicy.Ignore, 3)]
    public async Task ReadAsync_RowsWithoutMedia_FollowThePolicy(DatasetSplit split, MissingMediaPolicy policy, int rows)
    {
        Write("pth1,pth2,edit\nx/1,x/2,a\nx/gone,x/3,b\nx/1,x/lost,c\n", "x/1.mp4", "x/2.mp4", "x/3.mp4");
        var reader = new WebVidCoVROptions { MissingMedia = policy }.AddSplit(split, _folder["a.csv"], _folder.FullName).CreateReader();
        Task<TripletDataset> Read() => reader.ReadAsync(split, TestContext.Current.CancellationToken).AsTask();

        if (rows < 0)
        {
            var error = await Assert.ThrowsAsync<DatasetFormatException>(Read);
            Assert.Contains("missing 1 of 2 pth1 (50.0 %): x/gone", error.Reason, StringComparison.Ordinal);
            Assert.Contains("missing 1 of 3 pth2 (33.3 %): x/lost", error.Reason, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(rows, (await Read()).Triplets.Count);
        }
    }

    [Fact]
    public async Task ReadAsync_OfATargetThatIsEmbedded_NeedsNoVideoOfIt()
    {
        Write("pth1,pth2,edit\nx/1,x/2,a\nx/1,x/lost,b\n", "x/1.mp4", "x/2.mp4");
        var options = new WebVidCoVROptions().AddSplit(DatasetSplit.Test, _folder["a.csv"], _folder.FullName);
        options.IsEmbedded = (split, id) => split == DatasetSplit.Test && id.Value == "x/lost";

        var data = await options.CreateReader().ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken);

        Assert.Equal(["x/2", "x/lost"], data.Candidates.Select(id => id.Value));
        Assert.Equal((0, 0, 0, 0), (data.MissingTriplets, data.MissingTargets, data.MissingCandidates, data.MissingMedia.Count));
    }

    [Fact]
    public async Task ReadAsync_OfAReferenceThatIsEmbedded_StillNeedsItsVideo()
    {
        Write("pth1,pth2,edit\nx/1,x/2,a\nx/lost,x/1,b\nx/1,x/lost,c\n", "x/1.mp4", "x/2.mp4");
        var options = new WebVidCoVROptions().AddSplit(DatasetSplit.Train, _folder["a.csv"], _folder.FullName);
        options.IsEmbedded = (split, id) => split == DatasetSplit.Train && id.Value == "x/lost";

        var data = await options.CreateReader().ReadAsync(DatasetSplit.Train, TestContext.Current.CancellationToken);

        Assert.Equal(["0", "2"], data.Triplets.Select(triplet => triplet.Id));
        Assert.Equal((1, 1, 1, "x/lost"), (data.MissingTriplets, data.MissingTargets, data.MissingCandidates, Assert.Single(data.MissingMedia).Value));
    }

    [Fact]
    public async Task ReadAsync_TestTargetTwice_IsRefusedUnlessTripletsAreIterated()
    {
        Write("pth1,pth2,edit\nx/1,x/2,a\nx/1,x/2,b\n", "x/1.mp4", "x/2.mp4");
        WebVidCoVROptions Options(WebVidCoVROptions.Iteration iterate) => new WebVidCoVROptions { Iterate = iterate }.AddSplit(DatasetSplit.Test, _folder["a.csv"], _folder.FullName);

        var error = await Assert.ThrowsAsync<DatasetFormatException>(
            () => Options(WebVidCoVROptions.Iteration.Target).CreateReader().ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken).AsTask());
        var data = await Options(WebVidCoVROptions.Iteration.Triplet).CreateReader().ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken);

        Assert.Equal(3, error.Line);
        Assert.Equal(2, data.Triplets.Count);
    }

    [Fact]
    public async Task ReadAsync_GalleryFile_MakesTheCandidates()
    {
        Write("pth1,pth2,edit\nx/1,x/2,a\n", "x/1.mp4", "x/2.mp4");
        File.WriteAllText(_folder["gallery.txt"], "x/9\nx/2\n\nx/1\n");
        var reader = new WebVidCoVROptions().AddSplit(DatasetSplit.Test, _folder["a.csv"], _folder.FullName, _folder["gallery.txt"]).CreateReader();

        var data = await reader.ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken);

        Assert.Equal([new MediaId("x/9"), new MediaId("x/2"), new MediaId("x/1")], data.Candidates);
    }

    [Fact]
    public async Task ReadAsync_GalleryWithoutTarget_IsRefused()
    {
        Write("pth1,pth2,edit\nx/1,x/2,a\n", "x/1.mp4", "x/2.mp4");
        File.WriteAllText(_folder["gallery.txt"], "x/1\n");
        var reader = new WebVidCoVROptions().AddSplit(DatasetSplit.Test, _folder["a.csv"], _folder.FullName, _folder["gallery.txt"]).CreateReader();

        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => reader.ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken).AsTask());

        Assert.Contains("x/2", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Locate_SeveralExtensions_FindsTheFileThatIsThere()
    {
        var reader = Reader(Header, "x/1.mp4", "x/2.png");

        Assert.Equal(MediaSource.FromFile(_folder["x", "1.mp4"]), reader.Locate(new MediaId("x/1")));
        Assert.Equal(MediaSource.FromFile(_folder["x", "2.png"]), reader.Locate(new MediaId("x/2")));
        Assert.Equal(MediaSource.FromFile(_folder["x", "3.mp4"]), reader.Locate(new MediaId("x/3")));
    }

    [Fact]
    public void Constructor_InvalidOptions_ListsEveryFault()
    {
        var options = new WebVidCoVROptions { Name = " ", Iterate = (WebVidCoVROptions.Iteration)9 };
        options.Annotations[DatasetSplit.Train] = "a.csv";

        var error = Assert.Throws<ArgumentException>(() => options.CreateReader());

        Assert.Contains("Name", error.Message, StringComparison.Ordinal);
        Assert.Contains("Iterate", error.Message, StringComparison.Ordinal);
        Assert.Contains("MediaFolders[Train]", error.Message, StringComparison.Ordinal);
    }

    private ITripletDatasetReader Reader(string text, params string[] media)
    {
        Write(text, media);
        return new WebVidCoVROptions().AddSplit(DatasetSplit.Test, _folder["a.csv"], _folder.FullName).CreateReader();
    }

    private void Write(string text, params string[] media)
    {
        File.WriteAllText(_folder["a.csv"], text);
        foreach (var name in media)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
            File.WriteAllBytes(_folder[name], [0]);
        }
    }
}
