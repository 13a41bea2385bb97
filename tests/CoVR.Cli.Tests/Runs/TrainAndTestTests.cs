using System.Text.Json;

namespace CoVR.Cli.Tests.Runs;

/// <summary><c>covr train</c> and <c>covr test</c> from files to figures, on a made WebVid-CoVR with models of a few thousand weights.</summary>
[Collection("torch")]
public sealed class TrainAndTestTests
{
    private const string Embeddings = "datasets/WebVid/2M/blip-vid-embs-large-all";

    [Theory]
    [InlineData("blip", "si_ti+si_tc", 2)]
    [InlineData("blip2", "si_ti", 1)]
    public async Task Train_TinyModel_LeavesWeightsLogsAndResultsWhereTheReferenceDoes(string family, string terms, int epochs)
    {
        using var world = await RunWorld.CreateAsync();
        await world.EmbedAsync(family);
        string[] train = ["train", .. RunWorld.Tiny(family, $"trainer.max_epochs={epochs}", "model.optimizer.lr=1e-3", $"model/loss_terms={terms}")];
        if (terms.Contains("si_tc", StringComparison.Ordinal))
        {
            Assert.Equal(1, await world.Run.RunAsync(train));
            Assert.Contains($"covr embed texts annotation/webvid-covr/webvid2m-covr_train.csv {Embeddings} --model tiny-{family}", world.Run.Error, StringComparison.Ordinal);
            await world.Run.SucceedAsync("embed", "texts", "annotation/webvid-covr/webvid2m-covr_train.csv", Embeddings, "--model", $"tiny-{family}", "--checkpoint", "tiny");
        }

        var output = await world.Run.SucceedAsync(train);

        var folder = world.Run["outputs", "webvid-covr", $"tiny-{family}", "tiny", "tv-False_loss-hnnce_lr-0.001", "base"];
        string[] files =
        [
            "hydra.json", ".hydra/config.yaml", ".hydra/overrides.yaml", "recalls_covr.json", "webvid-covr/index.html", "webvid-covr/metrics.json",
            .. Enumerable.Range(0, epochs).Select(epoch => $"ckpt_{epoch}.ckpt"),
        ];
        Assert.All(files, file => Assert.True(File.Exists(Path.Combine(folder, file)), file));
        using var validation = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "eval-recalls_webvid8m-covr_val.json")));
        Assert.Equal(["R1", "R5", "R10", "R50", "R_mean", "time", "annotation"], validation.RootElement.EnumerateObject().Select(figure => figure.Name));
        Assert.Equal("webvid8m-covr_val.csv", validation.RootElement.GetProperty("annotation").GetString());
        Assert.Contains("best validation", output, StringComparison.Ordinal);
        Assert.Contains("R_mean", output, StringComparison.Ordinal);
        using var saved = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "hydra.json")));
        Assert.Equal(epochs, saved.RootElement.GetProperty("trainer").GetProperty("max_epochs").GetInt32());

        var again = await world.Run.SucceedAsync("train", "--config", Path.Combine(folder, ".hydra", "config.yaml"));
        Assert.Contains("trained to the end already", again, StringComparison.Ordinal);

        var checkpoint = Path.Combine(folder, $"ckpt_{epochs - 1}.ckpt");
        var tested = await world.Run.SucceedAsync(["test", .. RunWorld.Tiny(family, $"model.ckpt.path={checkpoint}", "run_name=trained", "--preset", "honest,reference")]);
        var results = world.Run["outputs", "test", $"tiny-{family}", "tiny", "trained"];
        Assert.Matches("webvid-covr +honest", tested);
        Assert.Matches("webvid-covr +reference", tested);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "recalls_covr.json")), File.ReadAllText(Path.Combine(results, "webvid-covr", "reference", "recalls_covr.json")));
    }

    [Fact]
    public async Task Commands_WithFaults_SayWhatToDo()
    {
        using var world = await RunWorld.CreateAsync();

        await FailsAsync(world, ["train", .. RunWorld.Tiny("blip")], $"covr embed videos --video_dir datasets/WebVid/2M/train --todo_ids annotation/webvid-covr/webvid2m-covr_train.csv --save_dir {Embeddings} --model tiny-blip");
        await FailsAsync(world, ["test", .. RunWorld.Tiny("blip")], "missing_media=report");
        await FailsAsync(world, ["train", .. RunWorld.Tiny("blip", "trainer/logger=wandb")], "wandb sync");
        await FailsAsync(world, ["train", .. RunWorld.Tiny("blip", "model.fusion=lat")], "'model.fusion' to change");
        await FailsAsync(world, ["train", .. RunWorld.Tiny("blip", "data.emb_pool=men")], "'mean'");
        await FailsAsync(world, ["train", .. RunWorld.Tiny("blip", "model.ckpt.path=nowhere.ckpt")], "the weights 'nowhere.ckpt' do not exist");
        await FailsAsync(world, ["train", .. RunWorld.Tiny("blip", "+model.architecture.vision.widht=3")], "'width'");
        await FailsAsync(world, ["test", .. RunWorld.Tiny("blip", "--preset", "fair")], "reference, corrected, honest");
        await FailsAsync(world, ["test", "model=tiny-blip", "trainer=cpu", "test=webvid-covr_late-fusion"], "model=blip-large_late-fusion");
        await FailsAsync(world, ["train", "--confg", "x"], "there is no option '--confg'");
    }

    [Fact]
    public async Task ShowConfig_OfAPart_TellsValuesAndOrigins()
    {
        using var run = new CommandRun();

        var output = await run.SucceedAsync("train", "--show-config", "trainer", "trainer=cpu", "trainer.max_epochs=7");

        Assert.Matches(@"trainer\.max_epochs: 7 +# command line: trainer\.max_epochs=7", output);
        Assert.Matches(@"trainer\.accelerator: cpu +# covr: configs/trainer/cpu\.yaml:\d+", output);
        Assert.DoesNotContain("model.optimizer.lr:", output, StringComparison.Ordinal);

        var whole = await run.SucceedAsync("test", "--show-config", "experiment2=covr", "trainer/logger=comet");
        Assert.Contains("# run folder: outputs/test/blip2-coco/blip2-l-coco/base", whole, StringComparison.Ordinal);
        Assert.Contains("trainer.logger.api_key: ?", whole, StringComparison.Ordinal);
        Assert.Contains("COMET_API_TOKEN, which is not set", whole, StringComparison.Ordinal);
    }

    private static async Task FailsAsync(RunWorld world, string[] arguments, string part)
    {
        Assert.NotEqual(0, await world.Run.RunAsync(arguments));
        Assert.Contains(part, world.Run.Error, StringComparison.Ordinal);
    }
}
