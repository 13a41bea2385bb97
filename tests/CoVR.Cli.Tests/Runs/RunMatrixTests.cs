using System.Text.RegularExpressions;

namespace CoVR.Cli.Tests.Runs;

/// <summary>Every data set, way of asking, loss and kind of experiment, trained for an epoch and tested by the commands, with models of a few thousand weights.</summary>
[Collection("torch")]
public sealed class RunMatrixTests(MatrixWorld world)
{
    private const string Reference = "presets=[reference]";

    [Theory]
    [InlineData("blip", "experiment=cirr", "cirr/blip-large", "test=cirr-val", "")]
    [InlineData("blip", "experiment=fiq-all", "fashioniq-all/blip-large", "test=fashioniq", "recalls_fiq-mean.json")]
    [InlineData("blip", "experiment=covr_hard-negatives", "webvid-covr/blip-large", "test=cirr", "recalls_cirr_subset.json")]
    [InlineData("blip", "experiment=covr_iterate-triplets", "webvid-covr/blip-large", "test=fashioniq-dress", "recalls_fiq-dress.json")]
    [InlineData("blip", "experiment=covr_rule-based", "webvid-covr-rule-based/blip-large", "test=circo-val", "recalls_circo-val.json")]
    [InlineData("blip", "experiment=covr_middle-emb", "webvid-covr/blip-large", "test=webvid-covr", "recalls_covr.json")]
    [InlineData("blip", "experiment=covr_random-frame", "webvid-covr/blip-large", "test=cirr-val", "")]
    [InlineData("blip", "experiment=covr_only-text", "webvid-covr/blip-large-text", "", "recalls_covr_txt.json")]
    [InlineData("blip", "experiment=covr_only-visual", "webvid-covr/blip-large-visual", "", "recalls_covr_vis.json")]
    [InlineData("blip", "experiment=covr_late-fusion", "webvid-covr/blip-large-late-fusion", "", "recalls_covr.json")]
    [InlineData("blip", "data=fashioniq-shirt model=blip-large_average", "fashioniq-shirt/blip-large-average", "test=fashioniq-shirt", "recalls_fiq-shirt.json")]
    [InlineData("blip2", "experiment2=cirr model/loss=cross_entropy", "cirr/blip2-coco", "test=circo", "recalls_circo-test.json")]
    [InlineData("blip2", "experiment2=fiq", "fashioniq-all/blip2-coco", "", "recalls_fiq-mean.json")]
    [InlineData("blip2", "experiment2=coir", "cc-coir/blip2-coco", "test=cirr", "recalls_cirr.json")]
    [InlineData("blip2", "experiment2=covr", "webvid-covr/blip2-coco", "test=webvid-covr", "recalls_covr.json")]
    [InlineData("blip2", "experiment2=coir_ft-cirr", "cirr/blip2-coco", "", "recalls_cirr.json")]
    [InlineData("blip2", "experiment2=coir_ft-fiq", "fashioniq-all/blip2-coco", "test=fashioniq-dress", "recalls_fiq-dress.json")]
    [InlineData("blip2", "experiment2=covr+coir_ft-cirr", "cirr/blip2-coco", "test=cirr-val", "")]
    [InlineData("blip2", "experiment2=covr+coir_ft-fiq", "fashioniq-all/blip2-coco", "test=fashioniq-shirt", "recalls_fiq-shirt.json")]
    [InlineData("blip2", "experiment2=covr+coir", "cc-coir+webvid-covr/blip2-coco", "test=cirr-val", "")]
    [InlineData("blip2", "data=cirr model=blip2-coco_text", "cirr/blip2-coco-text", "test=cirr-val", "")]
    [InlineData("blip2", "data=cirr model=blip2-coco_visual", "cirr/blip2-coco-visual", "test=cirr-val", "")]
    [InlineData("blip2", "data=cirr model=blip2-coco_late-fusion", "cirr/blip2-coco-late-fusion", "test=cirr-val", "")]
    [InlineData("blip2", "data=cirr model=blip2-coco_average", "cirr/blip2-coco-average", "test=cirr-val", "")]
    public async Task Train_OfEveryKind_LeavesWeightsThatTestAsAfterTraining(string family, string choices, string folder, string test, string recalls)
    {
        var run = await world.ReadyAsync(family);
        string[] chosen = [.. choices.Split(' '), .. test.Split(' ', StringSplitOptions.RemoveEmptyEntries), Reference];
        var name = $"run_name={string.Concat(choices.Where(char.IsAsciiLetterOrDigit))}";

        var trained = await run.SucceedAsync(["train", .. MatrixWorld.Small(family, [.. chosen, name, "trainer.max_epochs=1", "data.batch_size=2"])]);

        var written = Path.Combine(run.Folder, Regex.Match(trained, "^run folder: (.+?)\r?$", RegexOptions.Multiline).Groups[1].Value);
        Assert.StartsWith(run[["outputs", .. folder.Split('/'), MatrixWorld.Checkpoint(family)]], written, StringComparison.Ordinal);
        var checkpoint = Path.Combine(written, "ckpt_0.ckpt");
        Assert.True(File.Exists(checkpoint), trained);
        Assert.Contains("Training: done", trained, StringComparison.Ordinal);
        Assert.Contains($"weights: {Path.GetRelativePath(run.Folder, checkpoint)};", trained, StringComparison.Ordinal);
        var figures = RunFigures.Check(written, trained);

        var tested = await run.SucceedAsync(["test", .. MatrixWorld.Small(family, [.. chosen, name, $"model.ckpt.path='{checkpoint}'"])]);

        var results = run["outputs", "test", folder.Split('/')[1], MatrixWorld.Checkpoint(family), name["run_name=".Length..]];
        Assert.Equal(figures, RunFigures.Check(results, tested));
        Assert.All(recalls.Split(' ', StringSplitOptions.RemoveEmptyEntries), file => Assert.Equal(File.ReadAllText(Path.Combine(written, file)), File.ReadAllText(Path.Combine(results, file))));
        Assert.Equal(TableOf(trained), TableOf(tested));
    }

    [Theory]
    [InlineData("blip", "blip-large")]
    [InlineData("blip2", "blip2-coco")]
    public async Task Test_OnAll_WritesTheFilesOfTheReference(string family, string model)
    {
        var run = await world.ReadyAsync(family);

        var output = await run.SucceedAsync(["test", $"model={model}", .. MatrixWorld.Small(family, "test=all", "run_name=all")]);

        var folder = run["outputs", "test", model, MatrixWorld.Checkpoint(family), "all"];
        string[] files =
        [
            "recalls_cirr.json", "recalls_cirr_subset.json", "recalls_circo-test.json", "recalls_covr.json",
            "recalls_fiq-dress.json", "recalls_fiq-shirt.json", "recalls_fiq-toptee.json", "recalls_fiq-mean.json",
        ];
        Assert.Equal(files.Order(StringComparer.Ordinal), Directory.EnumerateFiles(folder, "recalls*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(RunFigures.Check(folder, output) >= 2 * 4 * 4, output);
        Assert.Contains("cirr: the answers are hidden", output, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(run.Error, @"recalls_cirr\.json"));
        var recalls = RunFigures.Recalls(Path.Combine(folder, "recalls_covr.json"));
        Assert.InRange(recalls["R1"], 0, recalls["R5"]);
        var means = RunFigures.Recalls(Path.Combine(folder, "recalls_fiq-mean.json"));
        Assert.Equal(files[4..7].Average(file => RunFigures.Recalls(Path.Combine(folder, file))["R5"]), means["R5_mean"], 0.01);
    }

    [Theory]
    [InlineData("blip", "blip-large")]
    [InlineData("blip2", "blip2-coco")]
    public async Task Test_AskedInEveryWay_WritesTheFilesOfTheReference(string family, string model)
    {
        var run = await world.ReadyAsync(family);

        var output = await run.SucceedAsync(["test", $"model={model}", .. MatrixWorld.Small(family, "test=ways", "run_name=ways", Reference)]);

        var folder = run["outputs", "test", model, MatrixWorld.Checkpoint(family), "ways"];
        string[] files = ["recalls_covr_txt.json", "recalls_covr_vis.json", "recalls_covr_avg.json", "recalls_blip2-captions_covr_blip2-captions.json"];
        Assert.All(files, file => Assert.Contains("R50", RunFigures.Recalls(Path.Combine(folder, file)).Keys));
        Assert.Equal(4, Directory.EnumerateFiles(folder, "metrics.json", SearchOption.AllDirectories).Count());
        Assert.NotEqual(0, RunFigures.Check(folder, output));
    }

    // The lines of figures, without those that tell of time and weights.
    private static string[] TableOf(string output) => [.. output.Split('\n').Where(line => Regex.IsMatch(line, " reference +[0-9]"))];
}
