using System.Text.Json.Nodes;
using CoVR.Cli.Hosting;
using CoVR.Media;
using CoVR.Storage;
using CoVR.TestSupport;

namespace CoVR.Cli.Tests.Commands.Doctor;

/// <summary><c>covr doctor</c> on made data.</summary>
[Collection("torch")]
public sealed class DoctorCommandTests : IDisposable
{
    private static readonly string[] Rows = ["pth1,pth2,txt1,txt2,edit", "a,b,a circle,a square,make it a square", "b,c,a square,a star,a star", "c,a,a star,a circle,a circle"];

    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Doctor_WithoutArguments_LooksAtTheMachine()
    {
        File.WriteAllLines(_run["vocab.txt"], ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"]);

        var output = await _run.SucceedAsync("doctor");

        Assert.Matches(@"! machine\.vocabulary +vocab\.txt: the vocabulary has 6 words", output);
        Assert.StartsWith("Examining: annotations", output, StringComparison.Ordinal);
        Assert.DoesNotContain("repair.json", output, StringComparison.Ordinal);
        Assert.Contains("✓ machine.ffmpeg", output, StringComparison.Ordinal);
        Assert.Contains("✓ machine.libtorch", output, StringComparison.Ordinal);
        Assert.Contains("Healthy, with 1 warning.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_OfAHealthySet_StatesItsCoverage()
    {
        WriteSet("test.csv", "media");

        var output = await _run.SucceedAsync("doctor", "--data", "webvid-covr", "--annotations", "test.csv", "--media", "media", "--full");

        Assert.Contains("✓ webvid-covr (test): 3 of 3 queries, 3 of 3 targets, 3 of 3 candidates, 3 of 3 references", output, StringComparison.Ordinal);
        Assert.True(File.Exists(_run["covr-doctor", "doctor.json"]));
        Assert.DoesNotContain("✗", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_OfABrokenSet_ShowsTheWorstAndWritesLists()
    {
        WriteSet("test.csv", "media");
        File.Delete(_run["media", "a.png"]);
        File.WriteAllText(_run["media", "b.png"], "<html>no such file</html>");
        File.AppendAllText(_run["test.csv"], "c,,x,y,again\n");

        var code = await _run.RunAsync(["doctor", "--data", "webvid-covr", "--annotations", "test.csv", "--media", "media", "--output", "found", "--no-machine"]);

        Assert.Equal(ExitCodes.Failed, code);
        Assert.Matches(@"✗ annotations.malformed .*test\.csv:5 \(pth2\): the field is empty", _run.Output);
        Assert.Matches(@"✗ media.missing .*media/a\.mp4: there is no file", _run.Output);
        Assert.Matches(@"✗ media.web-page .*media/b\.png", _run.Output);
        Assert.Contains("! webvid-covr (test): 1 of 3 queries, 0 of 3 targets, 1 of 3 candidates, 1 of 3 references", _run.Output, StringComparison.Ordinal);
        Assert.Contains("recall cannot exceed 0.0 %", _run.Output, StringComparison.Ordinal);
        Assert.Contains("3 faults, 0 warnings.", _run.Output, StringComparison.Ordinal);
        Assert.Equal("a\nb\n", File.ReadAllText(_run["found", "webvid-covr_download_ids.txt"]));
    }

    [Fact]
    public async Task Doctor_WithJson_WritesNothingElse()
    {
        WriteSet("test.csv", "media");
        File.Delete(_run["media", "c.png"]);

        var code = await _run.RunAsync(["doctor", "--json", "--no-machine", "--data", "webvid-covr", "--annotations", "test.csv", "--media", "media"]);

        Assert.Equal(ExitCodes.Failed, code);
        Assert.Equal("c", (string?)JsonNode.Parse(_run.Output)!["findings"]![0]!["id"]);
    }

    [Fact]
    public async Task Doctor_OfAConfiguration_LooksAtTheFilesOfTheRun()
    {
        WriteSet(Path.Combine("annotation", "webvid-covr", "webvid8m-covr_test.csv"), Path.Combine("datasets", "WebVid", "8M", "train"));
        await using (IGallery store = new FolderGallery(_run["datasets", "WebVid", "8M", "blip-vid-embs-large-all"], new EmbeddingFingerprint("blip-large-384", "00", "384", 1, 256)))
        {
            var unit = new float[256];
            unit[3] = 1;
            foreach (var id in new[] { "a", "c" })
            {
                await store.WriteAsync(new MediaId(id), new EmbeddingSet(unit, 1, 256), TestContext.Current.CancellationToken);
            }
        }

        File.WriteAllText(_run["weights.ckpt"], "no weights");

        var code = await _run.RunAsync(["doctor", "test=webvid-covr", "model=blip-large", "model.ckpt_path=weights.ckpt", "model.vocabulary=vocab.txt", "--no-machine"]);

        Assert.Equal(ExitCodes.Failed, code);
        Assert.Contains("embeddings.missing", _run.Output, StringComparison.Ordinal);
        Assert.Contains("(test): 3 of 3 queries, 2 of 3 targets, 2 of 3 candidates", _run.Output, StringComparison.Ordinal);
        Assert.Matches(@"✗ checkpoints.unreadable .*weights\.ckpt: .*format of the file is unknown", _run.Output);
        Assert.Matches(@"✗ machine.vocabulary .*vocab\.txt", _run.Output);
        var list = Path.Combine("covr-doctor", "webvid-covr_embed_ids.txt");
        Assert.Equal("b\n", File.ReadAllText(_run[list]));
        Assert.Contains(
            $"{list}: what to embed: covr embed videos --video_dir datasets/WebVid/8M/train --todo_ids {list} --save_dir datasets/WebVid/8M/blip-vid-embs-large-all", _run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_OfSetsThatShareFiles_LooksAtThemOnce()
    {
        using var world = await Runs.RunWorld.CreateAsync();

        await world.Run.RunAsync(["doctor", "data=webvid-covr", "data.annotation.val=annotation/webvid-covr/webvid8m-covr_test.csv", "test=webvid-covr", "model=tiny-blip", "model/ckpt=tiny", "--no-machine"]);

        Assert.Single(System.Text.RegularExpressions.Regex.Matches(world.Run.Output, @"\((validation|test)\): \d+ of "));
    }

    [Theory]
    [InlineData(true, "model/loss_terms=si_ti+si_tc")]
    [InlineData(true, "model.model.si_tc_weight=0.5")]
    [InlineData(false, "model/loss_terms=si_ti")]
    public async Task Doctor_OfATrainingWithTheCaptionTerm_ExaminesItsCaptions(bool examines, string choice)
    {
        using var world = await Runs.RunWorld.CreateAsync();

        await world.Run.RunAsync(["doctor", "data=webvid-covr", "model=tiny-blip", "model/ckpt=tiny", choice, "--no-machine"]);

        Assert.Equal(examines, world.Run.Output.Contains("captions.unusable", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Doctor_ToldToDropDamagedEmbeddings_LeavesThemToBeEmbeddedAgain(bool isTree)
    {
        WriteSet("test.csv", "media");
        var fingerprint = new EmbeddingFingerprint("tiny", "00", "8", 1, 2);
        (string Id, float Value)[] items = [("a", 1f), ("b", float.NaN), ("c", 0f)];
        if (isTree)
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            Array.ForEach(items, item => CoVR.Modeling.Checkpoints.Checkpoint.WritePth(_run["embs", item.Id + ".pth"], TorchSharp.torch.tensor(new[] { item.Value, 0f }, [1, 2])));
        }
        else
        {
            OldGallery.Write(_run["embs"], fingerprint, [.. items.Select(item => new GalleryEntry(new MediaId(item.Id), new EmbeddingSet(new[] { item.Value, 0f }, 1, 2)))]);
        }

        string[] command = ["doctor", "--data", "webvid-covr", "--annotations", "test.csv", "--media", "media", "--embeddings", "embs", "--full", "--no-machine"];
        Assert.Equal(ExitCodes.Failed, await _run.RunAsync([.. command, "--drop-damaged"]));
        Assert.Contains("embs: 2 embeddings removed", _run.Output, StringComparison.Ordinal);

        Assert.Equal(ExitCodes.Failed, await _run.RunAsync(command));
        Assert.Matches("embeddings.missing +2 x", _run.Output);
        Assert.DoesNotContain("not-finite", _run.Output, StringComparison.Ordinal);
        Assert.Equal("b\nc\n", File.ReadAllText(_run["covr-doctor", "webvid-covr_embed_ids.txt"]));
    }

    [Fact]
    public async Task Doctor_Stopped_SaysWhereTheRestIs()
    {
        WriteSet("test.csv", "media");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        Assert.Equal(ExitCodes.Stopped, await _run.RunAsync(["doctor", "--data", "webvid-covr", "--annotations", "test.csv", "--media", "media"], stop.Token));
        Assert.Contains("the same command starts again", _run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data=cirr", "cirr-train", "cirr-val")]
    [InlineData("data=fashioniq", "fashioniq-all-train", "fashioniq-all-val")]
    [InlineData("data=cc-coir+webvid-covr", "cc-coir-train", "cc-coir-val", "webvid-covr-train")]
    [InlineData("data=webvid-covr_rule-based", "webvid-covr-rule-based-train", "webvid-covr-rule-based-val")]
    [InlineData("test=all", "circo", "fashioniq-toptee")]
    [InlineData("test=cirr-val", "cirr-val")]
    [InlineData("test=circo-val", "circo-val")]
    public async Task Doctor_OfEachDataSet_SaysWhatItLacks(string choice, params string[] sets)
    {
        var code = await _run.RunAsync(["doctor", choice, "--json", "--no-machine"]);

        Assert.Equal(ExitCodes.Failed, code);
        var report = JsonNode.Parse(_run.Output)!;
        foreach (var set in sets)
        {
            var finding = report["findings"]!.AsArray().First(finding => (string?)finding!["dataset"] == set && (string?)finding["kind"] == "annotations.malformed")!;
            Assert.Contains("does not exist", (string?)finding["reason"], StringComparison.Ordinal);
            Assert.StartsWith(_run.Folder, (string?)finding["file"], StringComparison.Ordinal);
            Assert.Contains(report["coverage"]!.AsArray(), coverage => (string?)coverage!["dataset"] == set);
        }
    }

    [Theory]
    [InlineData("--media needs --data", "--media", "media")]
    [InlineData("--media is needed", "--data", "cirr", "--annotations", ".")]
    [InlineData("holds no cap.rc2.train.json", "--data", "cirr", "--annotations", ".", "--media", ".")]
    [InlineData("webvid-covr", "data=webvid-cover")]
    public async Task Doctor_WithHalfACommandLine_SaysWhatIsMissing(string complaint, params string[] args)
    {
        Assert.NotEqual(ExitCodes.Done, await _run.RunAsync(["doctor", .. args]));
        Assert.Contains(complaint, _run.Error, StringComparison.Ordinal);
    }

    /// <summary>Three pictures and three rows.</summary>
    private void WriteSet(string annotations, string media)
    {
        foreach (var (i, name) in new[] { "a", "b", "c" }.Index())
        {
            var pixels = new byte[8 * 8 * 3];
            Array.Fill(pixels, (byte)(60 * (i + 1)));
            Directory.CreateDirectory(_run[media]);
            MediaWriter.WritePng(_run[media, name + ".png"], new RgbFrame(8, 8, pixels));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(_run[annotations])!);
        File.WriteAllLines(_run[annotations], Rows);
    }
}
