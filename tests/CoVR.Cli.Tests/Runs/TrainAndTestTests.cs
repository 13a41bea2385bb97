using System.Text.Json;

namespace CoVR.Cli.Tests.Runs;

/// <summary><c>covr train</c> and <c>covr test</c> from files to figures, on a made WebVid-CoVR with models of a few thousand weights.</summary>
[Collection("torch")]
public sealed class TrainAndTestTests
{
    [Theory]
    [InlineData("blip")]
    [InlineData("blip2")]
    public async Task Train_TinyModel_LeavesWeightsLogsAndResultsWhereTheReferenceDoes(string family)
    {
        using var world = await RunWorld.CreateAsync();
        await world.EmbedAsync(family);

        var output = await world.Run.SucceedAsync(["train", .. RunWorld.Tiny(family, "trainer.max_epochs=2", "model.optimizer.lr=1e-3")]);

        var folder = world.Run["outputs", "webvid-covr", $"tiny-{family}", "tiny", "tv-False_loss-hnnce_lr-0.001", "base"];
        Assert.All(["hydra.json", ".hydra/config.yaml", ".hydra/overrides.yaml", "ckpt_0.ckpt", "ckpt_1.ckpt", "recalls_covr.json", "webvid-covr/index.html", "webvid-covr/metrics.json"], file => Assert.True(File.Exists(Path.Combine(folder, file)), file));
        Assert.Contains("best validation", output, StringComparison.Ordinal);
        Assert.Contains("R_mean", output, StringComparison.Ordinal);
        using var saved = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "hydra.json")));
        Assert.Equal(2, saved.RootElement.GetProperty("trainer").GetProperty("max_epochs").GetInt32());

        var again = await world.Run.SucceedAsync("train", "--config", Path.Combine(folder, ".hydra", "config.yaml"));
        Assert.Contains("trained to the end already", again, StringComparison.Ordinal);

        var checkpoint = Path.Combine(folder, "ckpt_1.ckpt");
        await world.Run.SucceedAsync(["test", .. RunWorld.Tiny(family, $"model.ckpt.path={checkpoint}", "run_name=trained")]);
        var results = world.Run["outputs", "test", $"tiny-{family}", "tiny", "trained"];
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "recalls_covr.json")), File.ReadAllText(Path.Combine(results, "recalls_covr.json")));
    }
}
