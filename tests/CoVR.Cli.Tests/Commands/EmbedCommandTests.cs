using CoVR.Cli.Hosting;
using CoVR.Cli.Tests.Made;
using CoVR.Modeling.Checkpoints;
using CoVR.Reproduction.Embedding;

namespace CoVR.Cli.Tests.Commands;

/// <summary><c>covr embed</c>: the reference's layouts in, its files out.</summary>
[Collection("torch")]
public sealed class EmbedCommandTests : IDisposable
{
    private readonly CommandRun _run = new();

    public EmbedCommandTests() => TinyModel.WriteTo(_run);

    [Theory]
    [InlineData("blip", new long[] { 8 })]
    [InlineData("blip2", new long[] { 3, 8 })]
    public async Task Images_FolderOfSplits_WritesATreeForEachSplit(string family, long[] shape)
    {
        TinyMedia.Picture(_run["CIRR", "images", "dev", "dev-1.png"], 1);
        TinyMedia.Picture(_run["CIRR", "images", "dev", "dev-2.png"], 2);
        TinyMedia.Picture(_run["CIRR", "images", "train", "34", "train-3.png"], 3);

        var output = await _run.SucceedAsync("embed", "images", "--image_dir", "CIRR/images/", "--model", $"tiny-{family}", "--checkpoint", "tiny");

        Assert.Equal(shape, ShapeOf("CIRR", $"{family}-embs-large", "dev", "dev-1.pth"));
        Assert.Equal(shape, ShapeOf("CIRR", $"{family}-embs-large", "dev", "dev-2.pth"));
        Assert.Equal(shape, ShapeOf("CIRR", $"{family}-embs-large", "train", "train-3.pth"));
        Assert.Contains("2 pictures embedded, 0 were already embedded, 0 failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_SecondRunAndABrokenFile_GoesOnAndListsTheReason()
    {
        TinyMedia.Picture(_run["images", "a.png"], 1);
        await _run.SucceedAsync("embed", "images", "--image-dir", "images", "--save-dir", "out", "--model", "tiny-blip", "--checkpoint", "tiny");
        TinyMedia.Picture(_run["images", "b.png"], 2);
        await File.WriteAllTextAsync(_run["images", "c.png"], "no picture", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Failed, await _run.RunAsync(["embed", "images", "--image_dir", "images", "--save_dir", "out", "--model", "tiny-blip", "--checkpoint", "tiny"]));

        Assert.Contains("1 pictures embedded, 1 were already embedded, 1 failed", _run.Output, StringComparison.Ordinal);
        Assert.Contains("failed: c: ", _run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(_run["out", "b.pth"]));

        Assert.Equal(ExitCodes.Failed, await _run.RunAsync(["embed", "images", "--image_dir", "images", "--save_dir", "out", "--verify"]));
        Assert.Contains("2 of 3 pictures embedded", _run.Output, StringComparison.Ordinal);
        Assert.Contains("missing: c: ", _run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_ListOfIds_TakesThoseAndReportsTheMissing()
    {
        TinyMedia.Picture(_run["images", "a.png"], 1);
        TinyMedia.Picture(_run["images", "b.png"], 2);
        await File.WriteAllTextAsync(_run["ids.txt"], "b\nz\n", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Failed, await _run.RunAsync(["embed", "images", "--image_dir", "images", "--todo_ids", "ids.txt", "--model", "tiny-blip", "--checkpoint", "tiny"]));

        Assert.True(File.Exists(_run["blip-embs-large", "b.pth"]));
        Assert.False(File.Exists(_run["blip-embs-large", "a.pth"]));
        Assert.Contains("failed: z: ", _run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blip", new long[] { 3, 8 })]
    [InlineData("blip2", new long[] { 3, 3, 8 })]
    public async Task Videos_ListOfAnAnnotation_WritesFramesOfEach(string family, long[] shape)
    {
        await TinyMedia.ClipAsync(_run["WebVid", "8M", "train", "016", "1.mp4"], 1);
        await TinyMedia.ClipAsync(_run["WebVid", "8M", "train", "016", "2.mp4"], 2);
        await TinyMedia.ClipAsync(_run["WebVid", "8M", "train", "017", "3.mp4"], 3);
        await WriteAnnotationAsync();

        await _run.SucceedAsync(
            "embed", "videos", "--video_dir", "WebVid/8M/train", "--todo_ids", "test.csv", "--frames_video", "3", "--model", $"tiny-{family}", "--checkpoint", "tiny", "--batch_size", "4", "--num_workers", "2");

        Assert.Equal(shape, ShapeOf("WebVid", "8M", $"{family}-vid-embs-large-all", "016", "2.pth"));
        Assert.Equal(shape, ShapeOf("WebVid", "8M", $"{family}-vid-embs-large-all", "017", "3.pth"));
        Assert.False(File.Exists(_run["WebVid", "8M", $"{family}-vid-embs-large-all", "016", "1.pth"]));
    }

    [Fact]
    public async Task Videos_AllTokens_WritesTheEncodersTokens()
    {
        await TinyMedia.ClipAsync(_run["v", "train", "0", "1.mp4"], 1);

        await _run.SucceedAsync("embed", "videos", "--video_dir", "v/train", "--frames_video", "2", "--save_all_tokens", "--model", "tiny-blip", "--checkpoint", "tiny");

        Assert.Equal([2, 17, 16], ShapeOf("v", "blip-vid-embs-tokens-large-all", "0", "1.pth"));
    }

    [Fact]
    public async Task Videos_ShardsOfAStore_AreMergedAndVerified()
    {
        for (var clip = 0; clip < 5; clip++)
        {
            await TinyMedia.ClipAsync(_run["clips", "0", $"{clip}.mp4"], clip, frames: 2);
        }

        string[] command = ["embed", "videos", "--video_dir", "clips", "--store", "store", "--frames_video", "2", "--num_shards", "2"];
        await _run.SucceedAsync([.. command, "--shard_id", "0", "--model", "tiny-blip", "--checkpoint", "tiny"]);
        Assert.Equal(ExitCodes.Failed, await _run.RunAsync([.. command, "--verify"]));
        Assert.Contains("has not been embedded yet", _run.Error, StringComparison.Ordinal);
        await _run.SucceedAsync([.. command, "--shard_id", "1", "--model", "tiny-blip", "--checkpoint", "tiny"]);

        var output = await _run.SucceedAsync([.. command, "--merge", "--verify"]);

        Assert.Contains("5 embeddings in one file", output, StringComparison.Ordinal);
        Assert.Contains("5 of 5 videos embedded", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TextsAndScores_OfAnAnnotation_MakeTheCaptionFileAndTheScores()
    {
        await TinyMedia.ClipAsync(_run["WebVid", "train", "016", "2.mp4"], 2);
        await TinyMedia.ClipAsync(_run["WebVid", "train", "017", "3.mp4"], 3);
        await WriteAnnotationAsync();
        const string Embeddings = "WebVid/blip-vid-embs-large-all";

        await _run.SucceedAsync("embed", "videos", "--video_dir", "WebVid/train", "--frames_video", "3", "--model", "tiny-blip", "--checkpoint", "tiny");
        await _run.SucceedAsync("embed", "texts", "test.csv", Embeddings, "--model", "tiny-blip", "--checkpoint", "tiny");
        await _run.SucceedAsync("embed", "texts", "test.csv", Embeddings, "--column", "edit", "--num_workers", "4", "--model", "tiny-blip", "--checkpoint", "tiny");
        await _run.SucceedAsync("embed", "scores", "test.csv", Embeddings);

        Assert.Equal(["a blue square", "a red circle"], TextEmbeddings.Load(_run["WebVid", "blip-vid-embs-large-all", "txt2_test.pth"]).Texts);
        var scored = await File.ReadAllLinesAsync(_run["test_qs.csv"], TestContext.Current.CancellationToken);
        Assert.Equal("pth1,pth2,txt1,txt2,edit,scores", scored[0]);
        Assert.Matches("make it red,\"\\[-?0\\.\\d+, -?0\\.\\d+, -?0\\.\\d+\\]\"$", scored[1]);
    }

    [Fact]
    public async Task Scores_EditsNotEmbedded_SaysWhichCommandMakesThem()
    {
        await WriteAnnotationAsync();

        Assert.Equal(ExitCodes.Failed, await _run.RunAsync(["embed", "scores", "test.csv", "embs"]));

        Assert.Contains("covr embed texts test.csv embs --column edit", _run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--save_dir writes .pth files", "embed", "images", "--image_dir", ".", "--save_dir", "a", "--store", "b")]
    [InlineData("--shard_id 2 is not below --num_shards 2", "embed", "images", "--image_dir", ".", "--num_shards", "2", "--shard_id", "2", "--model", "tiny-blip", "--checkpoint", "tiny")]
    [InlineData("Did you mean", "embed", "images", "--image_dir", ".", "--model", "blip-larg")]
    [InlineData("are different models", "embed", "images", "--image_dir", ".", "--model", "blip-large", "--model_type", "coco")]
    [InlineData("--batch_size must be at least 1", "embed", "images", "--image_dir", ".", "--batch_size", "0")]
    [InlineData("Option '--image_dir' is required", "embed", "images")]
    [InlineData("Commands: images, videos, texts, scores", "embed")]
    public async Task Run_WrongUsage_EndsWithTwoAndSaysWhy(string why, params string[] args)
    {
        Assert.Equal(ExitCodes.Usage, await _run.RunAsync(args));

        Assert.Contains(why, _run.Error, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    private Task WriteAnnotationAsync() => File.WriteAllTextAsync(
        _run["test.csv"],
        "pth1,pth2,txt1,txt2,edit\n016/1,016/2,a blue circle,a red circle,make it red\n016/2,017/3,a red circle,a blue square,a blue square\n",
        TestContext.Current.CancellationToken);

    private IReadOnlyList<long> ShapeOf(params string[] path)
    {
        using var file = Checkpoint.Open(_run[path]);
        return Assert.IsType<CheckpointTensor>(file.Content).Shape;
    }
}
