using System.Text;
using CoVR.Cli.Commands.Download;
using CoVR.Data;
using CoVR.Downloads;
using CoVR.Media;
using CoVR.TestData;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;

namespace CoVR.Cli.Tests.Commands.Download;

/// <summary>Lists of addresses, identities that must not be trusted, and real videos.</summary>
public sealed class VideoListTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("014001_014050/1040338307", true)]
    [InlineData("a b/ü-1", true)]
    [InlineData("single", true)]
    [InlineData("", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("../x", false)]
    [InlineData("a/../../x", false)]
    [InlineData("a//b", false)]
    [InlineData("a/./b", false)]
    [InlineData("a/.hidden", false)]
    [InlineData("a\\..\\..\\x", false)]
    [InlineData("C:/x", false)]
    [InlineData("a/b\0c", false)]
    [InlineData("a/b\nc", false)]
    [InlineData("a/b.", false)]
    [InlineData("a/ b", false)]
    [InlineData("a/b?x=1", false)]
    [InlineData("a/", false)]
    public void Path_OfAnIdentity_StaysInsideTheFolder(string id, bool isPlain)
    {
        var path = VideoPlan.PathOf("/data/videos", id);

        Assert.Equal(isPlain, path is not null);
        Assert.True(path is null || (path.StartsWith(Path.GetFullPath("/data/videos") + Path.DirectorySeparatorChar, StringComparison.Ordinal) && path.EndsWith(".mp4", StringComparison.Ordinal)));
    }

    [Fact]
    public void Path_OfALongIdentity_IsRefused() => Assert.Null(VideoPlan.PathOf("/data", new string('x', 201)));

    [Fact]
    public async Task Read_OfAJsonList_GivesPathsWithoutExtensionAcrossPiecesOfTheFile()
    {
        using var folder = new TemporaryFolder();
        var expected = Enumerable.Range(0, 5000).Select(n => new ListedVideo($"{n / 100:D6}_é/{n}", $"https://example.org/{new string((char)('a' + (n % 26)), n % 300)}\"{n}.mp4")).ToList();
        await File.WriteAllTextAsync(folder["list.json"], System.Text.Json.JsonSerializer.Serialize(expected.ToDictionary(video => video.Id + ".mp4", video => video.Address)), Encoding.UTF8, Cancel);

        Assert.Equal(expected, await VideoAddressList.ReadAsync(folder["list.json"], Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Read_OfATextLongerThanAPiece_GivesIt()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["list.json"], $$"""{"a/1.mp4": "{{new string('x', 300_000)}}", "a/2.mp4": "y"}""", Cancel);

        Assert.Equal([300_000, 1], await VideoAddressList.ReadAsync(folder["list.json"], Cancel).Select(video => video.Address.Length).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Read_OfAWebVidTable_LeavesOutRowsWithoutAPage()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder["results.csv"],
            "videoid,contentUrl,duration,page_dir,name\n21179416,https://example.org/a.mp4,PT00H00M11S,006001_006050,\"Aerial shot, winter\"\n5629184,https://example.org/b.mp4,PT00H00M29S,,Senior couple\n13,https://example.org/c.mp4,PT1S,000001_000050,\"Two\nlines\"\n",
            Cancel);

        Assert.Equal(
            [new("006001_006050/21179416", "https://example.org/a.mp4"), new("000001_000050/13", "https://example.org/c.mp4")],
            await VideoAddressList.ReadAsync(folder["results.csv"], Cancel).ToListAsync(Cancel));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{\"a.mp4\": \"x\",\n \"b.mp4\": 3}", "line 2, field 'b.mp4'")]
    [InlineData("{\"a.mp4\": {\"url\": \"x\"}}", "expected an object of paths and addresses")]
    [InlineData("[\"a.mp4\"]", "expected an object of paths and addresses")]
    [InlineData("{\"a.mp4\": \"x\"", "not valid JSON")]
    [InlineData("videoid,contentUrl\n1,x\n", "field 'page_dir'")]
    public async Task Read_OfSomethingElse_SaysWhatIsWrong(string content, string says)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["list"], content, Cancel);

        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => VideoAddressList.ReadAsync(folder["list"], Cancel).CountAsync(Cancel).AsTask());

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_OfATableOfWebVid_TakesEachWantedVideoOnce()
    {
        await using var world = new VideoWorld();
        await File.WriteAllLinesAsync(
            world["list.json"],
            ["videoid,contentUrl,duration,page_dir,name", .. Enumerable.Range(0, 5000).Select(n => $"{n % 4000},{world.Server[$"{n}.mp4"]},PT1S,{n % 4000 / 50:D3}_050,n")],
            Cancel);
        var annotations = world.Annotate("000_050/7", "001_050/60", "079_050/3999", "100_050/1");

        var outcomes = await world.RunAsync(options => options.Annotations = annotations);

        Assert.Equal(["000_050/7", "001_050/60", "079_050/3999"], world.Stored);
        Assert.Equal(VideoStatus.NoAddress, outcomes["100_050/1"].Status);
        Assert.Equal(["3999.mp4", "60.mp4", "7.mp4"], world.Asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Download_WithoutTheList_BringsItFirstAndRefusesAnythingElse()
    {
        await using var world = new VideoWorld();
        world.List(["p/one"]);
        var list = await File.ReadAllBytesAsync(world["list.json"], Cancel);
        File.Delete(world["list.json"]);
        var isRight = false;
        world.Answer = request => request.Path == "paths.json" ? isRight ? ScriptedReply.Honest(request, list) : ScriptedReply.Honest(request, list[..^9]) : null;

        var error = await Assert.ThrowsAsync<DownloadException>(() => world.RunAsync(options => options.ListAddress = world.Server["paths.json"]));
        isRight = true;
        await world.RunAsync(options => options.ListAddress = world.Server["paths.json"]);

        Assert.Equal((false, false), (error.IsRefused, error.IsTransient));
        Assert.Contains("not a list of addresses", error.Message, StringComparison.Ordinal);
        Assert.Equal(["p/one"], world.Stored);
        Assert.Equal(list, await File.ReadAllBytesAsync(world["list.json"], Cancel));
    }

    [Theory]
    [InlineData(DatasetSplit.Train, "http://imagine.enpc.fr/~ventural/covr/dataset/webvid2m-covr_paths-train.json", "annotation/webvid-covr/webvid2m-covr_train.csv", "WebVid/2M/train")]
    [InlineData(DatasetSplit.Validation, "http://imagine.enpc.fr/~ventural/covr/dataset/webvid8m-covr_paths-val.json", "annotation/webvid-covr/webvid8m-covr_val.csv", "WebVid/8M/train")]
    [InlineData(DatasetSplit.Test, "http://imagine.enpc.fr/~ventural/covr/dataset/webvid8m-covr_paths-test.json", "annotation/webvid-covr/webvid8m-covr_test.csv", "WebVid/8M/train")]
    public void WebVidVideos_OfASplit_AreThoseOfTheReferencesScript(DatasetSplit split, string list, string annotations, string folder)
    {
        var videos = WebVidVideos.All.Single(videos => videos.Split == split);

        Assert.Equal((list, annotations, folder), (videos.ListAddress.AbsoluteUri, videos.Annotations, videos.Folder));
        Assert.Contains(AnnotationCatalog.All, file => file.Path == videos.Annotations);
    }

    [Fact]
    public async Task Download_OfRealVideos_KeepsThoseThatDecode()
    {
        await using var world = new VideoWorld { Frames = new MediaFrameReader() };
        await MediaWriter.WriteMp4Async(world["made.mp4"], [.. Enumerable.Range(0, 4).Select(TinyPictures.Paint)], 4, cancellationToken: Cancel);
        TinyPictures.Write(world["made.jpg"], 3);
        var (video, picture) = (await File.ReadAllBytesAsync(world["made.mp4"], Cancel), await File.ReadAllBytesAsync(world["made.jpg"], Cancel));
        world.Answer = request => ScriptedReply.Honest(request, request.Path switch
        {
            "p/picture.mp4" => picture,
            "p/half.mp4" => video[..(video.Length / 2)],
            "p/noise.mp4" => [.. Enumerable.Range(0, 3000).Select(n => (byte)(n * 31))],
            _ => video,
        });
        world.List(["p/video", "p/picture", "p/half", "p/noise"]);

        var outcomes = await world.RunAsync(options => (options.CheckLastFrame, options.Workers) = (true, 1));

        Assert.Equal(["p/video"], world.Stored);
        Assert.Equal(video, await File.ReadAllBytesAsync(world["videos", "p", "video.mp4"], Cancel));
        Assert.All(outcomes.Values.Where(outcome => outcome.Id != "p/video"), outcome => Assert.Equal((VideoStatus.NotAVideo, false), (outcome.Status, outcome.Reason!.Contains(".part", StringComparison.Ordinal))));
        Assert.Equal("this is a picture, not a video.", outcomes["p/picture"].Reason);
    }

    [Fact]
    public async Task Download_WithoutADecoder_EndsTheJobAndLosesNothing()
    {
        await using var world = new VideoWorld { Frames = new MediaFrameReader(options: new MediaOptions { FfprobePath = "/no/such/ffprobe", FfmpegPath = "/no/such/ffmpeg" }) };
        world.List(["p/one"]);

        var error = await Assert.ThrowsAsync<MediaReadException>(() => world.RunAsync());
        world.Frames = new TextFrames();
        await world.RunAsync();

        Assert.Equal(MediaFailure.DecoderMissing, error.Failure);
        Assert.Equal(2000, world.Server.Requests.Last().RangeStart);
        Assert.Equal(["p/one"], world.Stored);
    }
}
