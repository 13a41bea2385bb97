using System.Text.Json;
using CoVR.Cli.Tests.Made;
using CoVR.Media;
using CoVR.Storage;
using CoVR.TestSupport;

namespace CoVR.Cli.Tests.Commands;

/// <summary><c>covr search</c> on a small folder.</summary>
[Collection("torch")]
public sealed class SearchCommandTests : IDisposable
{
    private readonly CommandRun _run = new();

    public SearchCommandTests() => TinyModel.WriteTo(_run);

    [Fact]
    public async Task Run_FirstAndSecondSearch_EmbedsOnceAndAnswersWithoutTheReference()
    {
        await MakeFolderAsync();

        var first = await _run.SucceedAsync("search", "photos", "--image", "photos/a.png", "--text", "make it red", "--top", "3", "--model", "tiny-blip", "--checkpoint", "tiny");
        var second = await _run.SucceedAsync("search", "photos", "--image", "a.png", "--text", "make it red", "--top", "3", "--model", "tiny-blip", "--checkpoint", "tiny");

        Assert.Contains("First search of photos: embedding 4 files", first, StringComparison.Ordinal);
        Assert.Contains("0 files embedded, 4 were already embedded", second, StringComparison.Ordinal);
        Assert.Equal(Table(first), Table(second));
        Assert.Equal(["a.jpg", "b.png", "clips/c.mp4"], Table(first).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("tiny-blip")]
    [InlineData("tiny-blip2")]
    public async Task Run_WithEitherEngine_RanksTheSame(string model)
    {
        await MakeFolderAsync();
        string[] search = ["search", "photos", "--image", "photos/a.png", "--text", "make it red", "--model", model, "--checkpoint", "tiny"];

        var torch = await _run.SucceedAsync([.. search, "--engine", "torch"]);
        var stored = await _run.SucceedAsync([.. search, "--engine", "onnx"]);
        var anew = await _run.SucceedAsync([.. search, "--engine", "onnx", "--store", "onnx"]);

        Assert.Contains("0 files embedded, 4 were already embedded", stored, StringComparison.Ordinal);
        Assert.Contains("4 files", anew, StringComparison.Ordinal);
        Assert.NotEmpty(Names(torch));
        Assert.Equal(Names(torch), Names(stored));
        Assert.Equal(Names(torch), Names(anew));

        static string[] Names(string output) => [.. Table(output).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2])];
    }

    [Fact]
    public async Task Run_Json_WritesNothingElseToOutput()
    {
        await MakeFolderAsync();

        var output = await _run.SucceedAsync("search", "photos", "--text", "a red circle", "--json", "--model", "tiny-blip2", "--checkpoint", "tiny");

        var answer = JsonDocument.Parse(output).RootElement;
        Assert.Equal(4, answer.GetProperty("candidates").GetInt32());
        var hits = answer.GetProperty("hits").EnumerateArray().ToArray();
        Assert.Equal([1, 2, 3, 4], hits.Select(hit => hit.GetProperty("rank").GetInt32()));
        Assert.Equal(hits.OrderByDescending(hit => hit.GetProperty("score").GetSingle()), hits);
        Assert.All(hits, hit => Assert.True(File.Exists(hit.GetProperty("path").GetString())));
        Assert.Contains("4 files embedded", _run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_QueryOfParts_AnswersWithoutItsPicturesAndTellsMoments()
    {
        await MakeFolderAsync();

        var output = await _run.SucceedAsync("search", "photos", "--query", "a.png + \"make it red\" - 'b.png'^0.5 ; - \"a circle\"", "--json", "--model", "tiny-blip", "--checkpoint", "tiny");

        var answer = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["a.jpg", "clips/c.mp4"], answer.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("file").GetString()).Order(StringComparer.Ordinal));
        Assert.Contains("make it red", answer.GetProperty("query").GetString(), StringComparison.Ordinal);
        foreach (var hit in answer.GetProperty("hits").EnumerateArray())
        {
            Assert.Equal(hit.GetProperty("file").GetString() == "clips/c.mp4", hit.TryGetProperty("moment", out var moment));
            Assert.True(moment.ValueKind == JsonValueKind.Undefined || moment.GetProperty("start").GetDouble() <= moment.GetProperty("best").GetDouble());
        }
    }

    [Theory]
    [InlineData("a.png + \"red", "not closed, at character 9:\n  a.png + \"red\n          ^")]
    [InlineData("a.png + red", "there is no picture, video or item 'red'; a text stands in double quotes, at character 9")]
    [InlineData("- \"red\"", "nothing in the query is wanted")]
    public async Task Run_QueryThatIsNone_PointsAtThePlace(string query, string why)
    {
        await MakeFolderAsync();
        Assert.Equal(2, await _run.RunAsync(["search", "photos", "--query", query, "--model", "tiny-blip", "--checkpoint", "tiny"]));
        Assert.Contains(why, _run.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_QueryBesideAText_IsRefused()
    {
        await MakeFolderAsync();
        Assert.Equal(2, await _run.RunAsync(["search", "photos", "--query", "\"red\"", "--text", "red", "--model", "tiny-blip", "--checkpoint", "tiny"]));
        Assert.Contains("--query says all", _run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Html_WritesAPageWithPicturesAndLinks()
    {
        await MakeFolderAsync();

        await _run.SucceedAsync("search", "photos", "--video", "clips/c.mp4", "--text", "make it <red>", "--html", "pages/red.html", "--store", "embeddings", "--model", "tiny-blip", "--checkpoint", "tiny");

        var page = await File.ReadAllTextAsync(_run["pages", "red.html"], TestContext.Current.CancellationToken);
        Assert.Contains("data:image/png;base64,", page, StringComparison.Ordinal);
        Assert.Contains("make it &lt;red&gt;", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"../photos/b.png\">", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<a href=\"../photos/clips/c.mp4\">", page, StringComparison.Ordinal);
        Assert.True(FolderGallery.Exists(_run["embeddings"]));
    }

    [Fact]
    public async Task Run_FileDeletedAndOneBroken_AnswersWithWhatIsThere()
    {
        await MakeFolderAsync();
        await _run.SucceedAsync("search", "photos", "--model", "tiny-blip", "--checkpoint", "tiny");
        File.Delete(_run["photos", "b.png"]);
        await File.WriteAllTextAsync(_run["photos", "d.png"], "no picture", TestContext.Current.CancellationToken);

        var output = await _run.SucceedAsync("search", "photos", "--text", "a red circle", "--model", "tiny-blip", "--checkpoint", "tiny");

        Assert.Equal(3, Table(output).Length);
        Assert.DoesNotContain("b.png", output, StringComparison.Ordinal);
        Assert.StartsWith("failed: d.png: ", Assert.Single(ErrorLines, line => line.Contains("d.png", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FileThatWasBroken_IsToldShortlyAndTriedAgainWhenAskedTo()
    {
        TinyMedia.Picture(_run["photos", "a.png"], 1);
        await File.WriteAllTextAsync(_run["photos", "d.png"], "no picture", TestContext.Current.CancellationToken);
        string[] search = ["search", "photos", "--text", "a red circle", "--model", "tiny-blip", "--checkpoint", "tiny"];
        await _run.SucceedAsync(search);

        Assert.Single(Table(await _run.SucceedAsync(search)));
        Assert.StartsWith("failed: 1 in an earlier search, skipped; --retry tries them again, and photos.covr", _run.Error.Trim(), StringComparison.Ordinal);
        Assert.DoesNotContain("d.png", _run.Error, StringComparison.Ordinal);

        TinyMedia.Picture(_run["photos", "d.png"], 2);
        Assert.Equal(2, Table(await _run.SucceedAsync([.. search, "--retry"])).Length);
        Assert.Empty(_run.Error);
    }

    [Fact]
    public async Task Run_FileReplacedMovedAndDeleted_AnswersWithWhatIsThereNow()
    {
        await MakeFolderAsync();
        string[] search = ["search", "photos", "--image", "query.png", "--model", "tiny-blip", "--checkpoint", "tiny"];
        TinyMedia.Picture(_run["query.png"], 1);
        await _run.SucceedAsync(search);

        TinyMedia.Picture(_run["photos", "a.png"], 9);
        File.Move(_run["photos", "b.png"], _run["photos", "clips", "moved.png"]);
        File.Delete(_run["photos", "a.jpg"]);
        var output = await _run.SucceedAsync(search);

        Assert.Contains("photos: 1 changed, 1 moved, 1 removed", output, StringComparison.Ordinal);
        Assert.Equal(Table(await _run.SucceedAsync([.. search, "--store", "fresh"])), Table(output));
        Assert.Equal(["a.png", "clips/c.mp4", "clips/moved.png"], Table(output).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_TwoFoldersWithOneStore_AnswersEachWithItsOwnFiles()
    {
        TinyMedia.Picture(_run["photos", "a.png"], 1);
        TinyMedia.Picture(_run["other", "a.png"], 2);
        TinyMedia.Picture(_run["other", "b.png"], 3);
        string[] rest = ["--text", "a red circle", "--store", "store", "--model", "tiny-blip", "--checkpoint", "tiny"];
        await _run.SucceedAsync(["search", "photos", .. rest]);

        Assert.Equal(2, Table(await _run.SucceedAsync(["search", "other", .. rest])).Length);
        var again = await _run.SucceedAsync(["search", "photos", .. rest]);

        Assert.Single(Table(again));
        Assert.Contains("0 files embedded, 1 were already embedded", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LinksInCirclesAndPairs_ListsEachFileOnceAndTellsTheRest()
    {
        TinyMedia.Picture(_run["photos", "sub", "a.png"], 1);
        File.CreateSymbolicLink(_run["photos", "sub", "up"], "..");
        File.CreateSymbolicLink(_run["photos", "self"], ".");
        await File.WriteAllTextAsync(_run["photos", "sub", "a.nef"], "x", TestContext.Current.CancellationToken);

        var output = await _run.SucceedAsync("search", "photos", "--text", "a red circle", "--model", "tiny-blip", "--checkpoint", "tiny");

        Assert.Single(Table(output));
        Assert.Contains("photos: 1 new; passed over: 1 paired RAW file", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithATiff_ShowsItOnThePage()
    {
        Directory.CreateDirectory(_run["photos"]);
        await File.WriteAllBytesAsync(_run["photos", "a.tif"], Tiff(), TestContext.Current.CancellationToken);

        var output = await _run.SucceedAsync("search", "photos", "--text", "a red circle", "--html", "page.html", "--model", "tiny-blip", "--checkpoint", "tiny");

        Assert.EndsWith("a.tif", Table(output)[0].TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("url(data:image/png;base64,", await File.ReadAllTextAsync(_run["page.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithFilters_AnswersWhatPassesThem()
    {
        Photograph("old.jpg", new ExifJpeg { Make = "Canon", Model = "Canon EOS R5", Taken = "2020:01:01 00:00:00" });
        Photograph("new.jpg", new ExifJpeg { Make = "Apple", Model = "iPhone 15", Taken = "2024:06:01 12:00:00", Place = (48, 2) });
        TinyMedia.Picture(_run["photos", "unknown.png"], 3);
        string[] rest = ["--text", "a red circle", "--model", "tiny-blip", "--checkpoint", "tiny"];

        Assert.Equal(["new.jpg"], Files(await _run.SucceedAsync(["search", "photos", "--taken-after", "2024-06-01", .. rest])));
        Assert.Equal(["old.jpg"], Files(await _run.SucceedAsync(["search", "photos", "--taken-before", "2024-06-01T14:00+02:00", .. rest])));
        Assert.Equal(["new.jpg"], Files(await _run.SucceedAsync(["search", "photos", "--camera", "IPHONE", .. rest])));
        Assert.Equal(["new.jpg"], Files(await _run.SucceedAsync(["search", "photos", "--with-location", .. rest])));

        void Photograph(string name, ExifJpeg said)
        {
            TinyMedia.Picture(_run["photos", name], 1);
            File.WriteAllBytes(_run["photos", name], said.Insert(MediaWriter.EncodeJpeg(new RgbFrame(24, 24, new byte[24 * 24 * 3]))));
        }

        static IEnumerable<string> Files(string output) => Table(output).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]);
    }

    [Theory]
    [InlineData(2, "'tomorrow' is not a time", "search", "photos", "--taken-after", "tomorrow")]
    [InlineData(2, "use only one", "search", "photos", "--image", "a.png", "--video", "c.mp4")]
    [InlineData(1, "Float32 or Int8, not in BFloat16", "search", "photos", "--text", "x", "--engine", "onnx", "--precision", "bfloat16")]
    [InlineData(1, "there is no file z.png", "search", "photos", "--image", "z.png")]
    [InlineData(1, "there is no folder nowhere", "search", "nowhere", "--text", "x")]
    [InlineData(1, "holds no pictures or videos", "search", "empty", "--text", "x")]
    [InlineData(1, "--store FOLDER saves them elsewhere", "search", "photos", "--text", "x", "--store", "vocab.txt/store")]
    public async Task Run_NothingToSearch_SaysWhy(int code, string why, params string[] args)
    {
        TinyMedia.Picture(_run["photos", "a.png"], 1);
        Directory.CreateDirectory(_run["empty"]);

        Assert.Equal(code, await _run.RunAsync([.. args, "--model", "tiny-blip", "--checkpoint", "tiny"]));

        Assert.Contains(why, _run.Error, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    private string[] ErrorLines => _run.Error.Split('\n');

    /// <summary>Two red pixels.</summary>
    private static byte[] Tiff()
    {
        return
        [
            .. "II*\0"u8, 8, 0, 0, 0, 7, 0, .. Entry(256, 2), .. Entry(257, 1), .. Entry(258, 8), .. Entry(262, 2), .. Entry(273, 98), .. Entry(277, 3), .. Entry(279, 6), 0, 0, 0, 0, 255, 0, 0, 255, 0, 0,
        ];

        static byte[] Entry(int tag, byte value) => [(byte)tag, (byte)(tag >> 8), 3, 0, 1, 0, 0, 0, value, 0, 0, 0];
    }

    private static string[] Table(string output) =>
        [.. output.Split('\n').SkipWhile(line => !line.Contains("score", StringComparison.Ordinal)).Where(line => line.Contains('.', StringComparison.Ordinal)).Select(line => line.Trim())];

    private async Task MakeFolderAsync()
    {
        TinyMedia.Picture(_run["photos", "a.png"], 1);
        TinyMedia.Picture(_run["photos", "b.png"], 2);
        TinyMedia.Picture(_run["photos", "other.png"], 3);
        File.Move(_run["photos", "other.png"], _run["photos", "a.jpg"]); // a picture is told by its bytes, and a.png and a.jpg are two
        await TinyMedia.ClipAsync(_run["photos", "clips", "c.mp4"], 4);
    }
}
