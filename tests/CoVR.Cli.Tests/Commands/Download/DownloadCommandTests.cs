using System.Diagnostics;
using System.Text.Json;
using CoVR.Cli.Hosting;
using CoVR.Media;
using CoVR.TestSupport.Downloads;

namespace CoVR.Cli.Tests.Commands.Download;

/// <summary>The command lines of the reference's download scripts, against a server of this machine.</summary>
[Collection("torch")]
public sealed class DownloadCommandTests
{
    private const string Queries = """[{"reference_img_id": 8, "target_img_id": 13, "relative_caption": "has two people", "shared_concept": "a ball", "gt_img_ids": [13], "id": 0}]""";
    private static readonly string[] Ids = [.. Enumerable.Range(0, 12).Select(n => $"{n / 4:D3}_050/{n}")];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Annotations_OfASet_ComeIntoTheReferencesLayout()
    {
        using var run = new CommandRun();
        await using var server = new ScriptedServer(_ => ScriptedReply.Text(200, Queries));

        var output = await run.SucceedAsync("download", "annotations", "circo", "--base-url", server[""].AbsoluteUri);
        var again = await run.SucceedAsync("download", "annotations", "circo", "--base-url", server[""].AbsoluteUri);

        Assert.Equal(Queries, await File.ReadAllTextAsync(run["datasets", "CIRCO", "annotations", "val.json"], Cancel));
        Assert.Equal(["datasets/CIRCO/annotations/val.json", "datasets/CIRCO/annotations/test.json"], server.Requests.Select(request => request.Path));
        Assert.Contains("220 entries when this program was written", output, StringComparison.Ordinal);
        Assert.Contains("exists already", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Annotations_ThatFail_EndWithOneAndTheReason()
    {
        using var run = new CommandRun();
        await using var server = new ScriptedServer(request => request.Path.Contains("val", StringComparison.Ordinal) ? ScriptedReply.Text(404, "gone") : ScriptedReply.Text(200, Queries));

        Assert.Equal(ExitCodes.Failed, await run.RunAsync(["download", "annotations", "circo", "--base-url", server[""].AbsoluteUri]));

        Assert.Contains("warning: datasets/CIRCO/annotations/val.json: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("404", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(run["datasets", "CIRCO", "annotations", "test.json"]));
    }

    [Fact]
    public async Task Annotations_DryRun_ListsAddressesAndSizes()
    {
        using var run = new CommandRun();

        var output = await run.SucceedAsync("download", "annotations", "all", "--dry-run", "--address", "val.json=https://example.org/v.json");

        Assert.Contains("https://huggingface.co/datasets/lucas-ventura/WebVid-CoVR/resolve/main/webvid8m-covr_test.csv", output, StringComparison.Ordinal);
        Assert.Contains("made from cap.dress.val.json, cap.shirt.val.json, cap.toptee.val.json", output, StringComparison.Ordinal);
        Assert.Contains("https://example.org/v.json", output, StringComparison.Ordinal);
        Assert.Contains("1.6 MB", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(run.Folder));
    }

    [Theory]
    [InlineData("Did you mean one of: cirr", "annotations", "cir")]
    [InlineData("Did you mean one of: split.rc2.val.json", "annotations", "cirr", "--address", "split.rc2.valid.json=https://x.org/y")]
    [InlineData("is not NAME=URL", "annotations", "cirr", "--address", "https://x.org/y")]
    [InlineData("'ftp://x' is not an http or https address", "annotations", "cirr", "--base-url", "ftp://x")]
    [InlineData("--shard-id is 3; it must be below --num-shards, which is 1", "videos", "--shard_id", "3")]
    [InlineData("--workers is 0; it must be from 1 to 256", "videos", "--processes", "0")]
    [InlineData("Argument 'dev' not recognized", "videos", "--split", "dev")]
    [InlineData("there is no file", "videos", "--list", "nothing.json")]
    [InlineData("never published", "checkpoints", "cirr-gt")]
    public async Task Run_WrongUsage_EndsWithTwoAndAHint(string hint, params string[] args)
    {
        using var run = new CommandRun();

        Assert.Equal(ExitCodes.Usage, await run.RunAsync(["download", .. args]));

        Assert.Contains(hint, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Videos_OfTheTestSplit_ComeWhereTheReferencePutsThem()
    {
        using var run = new CommandRun();
        var video = await MakeVideoAsync(run);
        await using var server = new ScriptedServer(request => request.Path switch
        {
            "paths.json" => ScriptedReply.Text(200, JsonSerializer.Serialize(Ids.ToDictionary(id => $"{id}.mp4", id => $"http://{request.Header("Host")}/clip/{id}.mp4"))),
            "clip/001_050/5.mp4" => ScriptedReply.Text(403, "no"),
            _ => ScriptedReply.Honest(request, video),
        });
        Annotate(run, Ids[4..7]);
        string[] command = ["download", "videos", "--split", "test", "--list-url", server["paths.json"].AbsoluteUri];

        var code = await run.RunAsync(command);
        var (output, error) = (run.Output, run.Error);

        Assert.Equal(ExitCodes.Failed, code);
        var folder = run["datasets", "WebVid", "8M", "train"];
        Assert.Equal(["001_050/4.mp4", "001_050/6.mp4"], Mp4s(folder));
        Assert.Equal(video, await File.ReadAllBytesAsync(Path.Combine(folder, "001_050", "4.mp4"), Cancel));
        Assert.Contains("gone: the server no longer has them", output, StringComparison.Ordinal);
        Assert.Contains("1 video is missing; datasets/WebVid/8M/train/missing-test.csv", error.Replace('\\', '/'), StringComparison.Ordinal);
        Assert.True(File.Exists(run["annotation", "webvid-covr", "webvid8m-covr_paths-test.json"]));

        Assert.Contains("gone", await run.SucceedAsync([.. command, "--dry-run"]), StringComparison.Ordinal);
        Assert.Contains("001_050/5\thttp://", await run.SucceedAsync([.. command, "--dry-run", "--retry-failed"]), StringComparison.Ordinal);
        var asked = server.Requests.Count;
        Assert.Equal(ExitCodes.Failed, await run.RunAsync(command));
        Assert.Equal(asked, server.Requests.Count);
    }

    [Fact]
    public async Task Videos_OfRanksOfMpi_AreDividedAmongThem()
    {
        using var run = new CommandRun();
        await using var server = new ScriptedServer(_ => new ScriptedReply(500));
        Annotate(run, Ids);
        var parts = new List<string>();
        for (var rank = 0; rank < 2; rank++)
        {
            using var process = Start(run, server, [("OMPI_COMM_WORLD_RANK", $"{rank}"), ("OMPI_COMM_WORLD_SIZE", "2")], "--dry-run");
            parts.AddRange((await process.StandardOutput.ReadToEndAsync(Cancel)).Split('\n').Where(line => line.Contains('\t', StringComparison.Ordinal)).Select(line => line.Split('\t')[0]));
            parts.Add("|");
        }

        Assert.Equal(Ids, parts.Where(id => id != "|").Order(StringComparer.Ordinal).OrderBy(id => int.Parse(id.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.InRange(parts.IndexOf("|"), 1, Ids.Length - 1);
    }

    [Theory]
    [InlineData("--todo_ids")]
    [InlineData("--annotations")]
    public async Task Videos_OfTheDoctorsList_AreThoseOnly(string option)
    {
        using var run = new CommandRun();
        Annotate(run, Ids);
        await File.WriteAllLinesAsync(run["webvid-covr_download_ids.txt"], [Ids[2], Ids[9]], Cancel);

        var output = await run.SucceedAsync("download", "videos", option, "webvid-covr_download_ids.txt", "--base-url", "http://127.0.0.1:9/x", "--dry-run");

        Assert.Equal([Ids[2], Ids[9]], output.Split('\n').Where(line => line.Contains('\t', StringComparison.Ordinal)).Select(line => line.Split('\t')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Videos_WithoutAList_SayWhereItComesFrom()
    {
        using var run = new CommandRun();

        Assert.Contains("http://imagine.enpc.fr/~ventural/covr/dataset/webvid2m-covr_paths-train.json -> annotation/webvid-covr/webvid2m-covr_paths-train.json", (await run.SucceedAsync("download", "videos", "--split", "train", "--dry-run")).Replace('\\', '/'), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Videos_KilledAgainAndAgain_AreWholeInTheEnd()
    {
        using var run = new CommandRun();
        var video = await MakeVideoAsync(run);
        var (cuts, asked, killAt) = (3, 0, 0);
        var reached = new TaskCompletionSource();
        await using var server = new ScriptedServer(request =>
        {
            if (Interlocked.Increment(ref asked) == Volatile.Read(ref killAt))
            {
                Volatile.Read(ref reached).TrySetResult();
            }

            var reply = ScriptedReply.Honest(request, video);
            return reply with { CutAfter = Interlocked.Decrement(ref cuts) >= 0 ? reply.Body.Length / 2 : null };
        });
        Annotate(run, Ids);
        var folder = run["datasets", "WebVid", "8M", "train"];
        for (var kill = 0; kill < 4; kill++)
        {
            Volatile.Write(ref reached, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Volatile.Write(ref killAt, Volatile.Read(ref asked) + 2 + kill);
            using var process = Start(run, server, []);
            await Task.WhenAny(reached.Task, process.WaitForExitAsync(Cancel));
            process.Kill();
            await process.WaitForExitAsync(Cancel);
            Assert.All(Mp4s(folder), path => Assert.Equal(video, File.ReadAllBytes(Path.Combine(folder, path))));
        }

        using var last = Start(run, server, []);
        await last.WaitForExitAsync(Cancel);

        Assert.Equal(0, last.ExitCode);
        Assert.Equal(Ids.Select(id => id + ".mp4").Order(StringComparer.Ordinal), Mp4s(folder));
        Assert.DoesNotContain(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories), path => path.Contains(".part", StringComparison.Ordinal) || path.Contains("missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Checkpoints_IntoAFolder_LieWhereTheReferencesScriptPutsThem()
    {
        using var run = new CommandRun();
        await using var server = new ScriptedServer(request => request.Path.EndsWith("coir.ckpt", StringComparison.Ordinal) ? ScriptedReply.Text(404, "gone") : ScriptedReply.Text(200, "weights"));
        var hub = server[""].AbsoluteUri;

        await run.SucceedAsync("download", "checkpoints", "blip/webvid-covr", "--folder", ".", "--base-url", hub);
        var code = await run.RunAsync(["download", "checkpoints", "blip2-l-coco_coir", "cirr_ft-coir+covr", "blip/webvid-covr", "--folder", ".", "--base-url", hub]);

        Assert.Equal(ExitCodes.Failed, code);
        Assert.Equal(["lucas-ventura/CoVR/resolve/main/webvid-covr.ckpt", "lucas-ventura/CoVR2/resolve/main/coir.ckpt", "lucas-ventura/CoVR2/resolve/main/cirr_ft-coir%2Bcovr.ckpt"], server.Requests.Select(request => request.Path));
        Assert.Equal("weights", await File.ReadAllTextAsync(run["outputs", "webvid-covr", "blip-large", "blip-l-coco", "tv-False_loss-hnnce_lr-1e-05", "good", "ckpt_4.ckpt"], Cancel));
        Assert.Equal("weights", await File.ReadAllTextAsync(run["outputs", "cirr", "blip2-coco", "blip2-l-coco_coir+covr", "tv-False_loss-hnnce_lr-0.0001", "base", "ckpt_5.ckpt"], Cancel));
        Assert.Contains("warning: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("exists already", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoints_Listed_AreAllOfTheCatalogue()
    {
        using var run = new CommandRun();

        var output = await run.SucceedAsync("download", "checkpoints", "--list");

        Assert.Contains("blip2/fashioniq-all-ft_coir+covr", output, StringComparison.Ordinal);
        Assert.Contains("not published", output, StringComparison.Ordinal);
        Assert.Contains("https://huggingface.co/lucas-ventura/CoVR/resolve/main/cirr_ft-covr%2Bgt.ckpt", output, StringComparison.Ordinal);
    }

    private static async Task<byte[]> MakeVideoAsync(CommandRun run)
    {
        var frames = Enumerable.Range(0, 3).Select(n => new RgbFrame(16, 16, Enumerable.Range(0, 768).Select(i => (byte)((i * n) + i)).ToArray())).ToList();
        await MediaWriter.WriteMp4Async(run["made.mp4"], frames, 3, cancellationToken: Cancel);
        return await File.ReadAllBytesAsync(run["made.mp4"], Cancel);
    }

    private static void Annotate(CommandRun run, string[] ids)
    {
        Directory.CreateDirectory(run["annotation", "webvid-covr"]);
        File.WriteAllLines(run["annotation", "webvid-covr", "webvid8m-covr_test.csv"], ["pth1,pth2,edit", .. ids.Select((id, i) => $"{id},{ids[(i + 1) % ids.Length]},more")]);
    }

    private static List<string> Mp4s(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*.mp4", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal)]
        : [];

    private static Process Start(CommandRun run, ScriptedServer server, (string Name, string Value)[] variables, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll"), "download", "videos", "--base-url", server["mirror"].AbsoluteUri, "--workers", "2", .. more])
        {
            WorkingDirectory = run.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
