using CoVR.Cli.Tests.Commands.Download;
using CoVR.Cli.Tests.Made;
using CoVR.Cli.Tests.Runs;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Cli.Tests.Commands;

/// <summary>
/// The counterpart of each command line of the reference's README, in the order in which a user gives them, on made data with models of a few
/// thousand weights (docs/migrating-from-python.md). Videos and checkpoints are downloaded in DownloadCommandTests.
/// </summary>
[Collection("torch")]
public sealed class ReferenceReadmeTests
{
    [Theory]
    [InlineData("covr", "annotation/webvid-covr/webvid2m-covr_train.csv")]
    [InlineData("covr", "annotation/webvid-covr/webvid8m-covr_test.csv")]
    [InlineData("coir", "annotation/cc-coir")]
    [InlineData("cirr", "annotation/cirr/cap.rc2.test1.json")]
    [InlineData("fiq", "annotation/fashion-iq/cap.all.val.json")]
    public async Task DownloadAnnotation_OfASet_PutsFilesWhereTrainingLooksForThem(string set, string path)
    {
        using var run = new CommandRun();
        await using var server = MadeAnnotations.Serve();

        await run.SucceedAsync("download", "annotations", set, "--base-url", server[""].AbsoluteUri);

        Assert.True(Path.Exists(run[path.Split('/')]), path);
    }

    [Theory]
    [InlineData("blip", 1)]
    [InlineData("blip2", 2)]
    public async Task Readme_FromVideosToFigures_RunsLineByLine(string family, int axes)
    {
        using var world = await RunWorld.CreateAsync();
        var run = world.Run;
        string[] model = ["--model", $"tiny-{family}", "--checkpoint", "tiny"];
        MakePictures(run);

        // Computing BLIP (BLIP-2) embeddings.
        await run.SucceedAsync(["embed", "videos", "--video_dir", "datasets/WebVid/2M/train", "--todo_ids", "annotation/webvid-covr/webvid2m-covr_train.csv", .. model]);
        await run.SucceedAsync(["embed", "videos", "--video_dir", "datasets/WebVid/8M/train", "--todo_ids", "annotation/webvid-covr/webvid8m-covr_test.csv", .. model]);
        if (family == "blip")
        {
            await run.SucceedAsync(["embed", "images", "--image_dir", "datasets/CIRR/images/", .. model]);
        }
        else
        {
            foreach (var split in new[] { "test1", "dev", "train" })
            {
                await run.SucceedAsync(["embed", "images", "--image_dir", $"datasets/CIRR/images/{split}", "--save_dir", $"datasets/CIRR/blip2-embs-large/{split}", .. model]);
            }
        }

        await run.SucceedAsync(["embed", "images", "--image_dir", "datasets/fashion-iq/images/", .. model]);
        await run.SucceedAsync(["embed", "texts", "annotation/webvid-covr/webvid2m-covr_train.csv", $"datasets/WebVid/2M/{family}-vid-embs-large-all", .. model]);
        Assert.Equal(axes, AxesOf(run["datasets", "CIRR", $"{family}-embs-large", "train", "train-1.pth"]));
        Assert.Equal(axes, AxesOf(run["datasets", "CIRR", $"{family}-embs-large", "test1", "test1-1.pth"]));
        Assert.Equal(axes, AxesOf(run["datasets", "fashion-iq", $"{family}-embs-large", "B1.pth"]));
        Assert.True(File.Exists(run["datasets", "WebVid", "2M", $"{family}-vid-embs-large-all", "txt2_webvid2m-covr_train.pth"]));

        // Training, with the caption term, and evaluating.
        await run.SucceedAsync(["train", .. RunWorld.Tiny(family, "model/loss_terms=si_ti+si_tc", "trainer.max_epochs=1", "trainer/logger=csv")]);
        var output = await run.SucceedAsync(["test", .. RunWorld.Tiny(family)]);

        Assert.Contains("R_mean", output, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFiles(run["outputs", "webvid-covr"], "ckpt_0.ckpt", SearchOption.AllDirectories));
        Assert.NotEmpty(Directory.EnumerateFiles(run["outputs", "test"], "recalls_covr.json", SearchOption.AllDirectories));
    }

    private static void MakePictures(CommandRun run)
    {
        foreach (var split in new[] { "train", "dev", "test1" })
        {
            TinyMedia.Picture(run[["datasets", "CIRR", "images", split, .. split == "train" ? ["34"] : Array.Empty<string>(), $"{split}-1.png"]], split.Length);
        }

        TinyMedia.Picture(run["datasets", "fashion-iq", "images", "B1.png"], 1);
    }

    private static int AxesOf(string path)
    {
        using var file = Checkpoint.Open(path);
        return Assert.IsType<CheckpointTensor>(file.Content).Shape.Count;
    }
}
