using CoVR.Cli.Hosting;
using CoVR.Cli.Tests.Runs;

namespace CoVR.Cli.Tests.Commands.Train;

/// <summary><c>covr train -m</c> and <c>covr test compare</c>, from files to figures.</summary>
[Collection("torch")]
public sealed class SweepRunTests
{
    private static readonly string[] Sweep = ["train", "-m", .. RunWorld.Tiny("blip", "trainer.max_epochs=1", "model.optimizer.lr=1e-2,1e-3", "seed=1,2", "run_name=rates")];

    [Fact]
    public async Task Run_OfTwoRatesAndSeeds_EndsWithATableAndIsNotRepeated()
    {
        using var world = await RunWorld.CreateAsync();
        await world.EmbedAsync("blip");

        var output = await world.Run.SucceedAsync(Sweep);

        Assert.Contains("4 of 4 combinations are finished", output, StringComparison.Ordinal);
        var table = File.ReadAllLines(world.Run["multirun", "rates", "sweep.csv"]);
        Assert.Equal("test,rules,metric,configuration,runs,mean,deviation,difference,low,high,p,p_holm", table[0]);
        var honest = table.Where(line => line.StartsWith("webvid-covr,honest,R@1,", StringComparison.Ordinal)).ToList();
        Assert.Equal(["model.optimizer.lr=1e-2,2", "model.optimizer.lr=1e-3,2"], honest.Select(line => string.Join(',', line.Split(',')[3..5])));
        Assert.All(honest[1].Split(',')[7..], Assert.NotEmpty);
        Assert.All(honest[0].Split(',')[7..], Assert.Empty);

        // One combination as a run of its own.
        var folder = world.Run["multirun", "rates", "model.optimizer.lr=1e-3,seed=2"];
        await world.Run.SucceedAsync(["train", .. RunWorld.Tiny("blip", "trainer.max_epochs=1", "model.optimizer.lr=1e-3", "seed=2", "hydra.run.dir=alone")]);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "webvid-covr", "queries.csv")), File.ReadAllText(world.Run["alone", "webvid-covr", "queries.csv"]));

        var again = await world.Run.SucceedAsync(Sweep);
        Assert.Equal(4, again.Split("finished before").Length - 1);
        Assert.Equal(table, File.ReadAllLines(world.Run["multirun", "rates", "sweep.csv"]));

        // As after a kill between the last step and the end.
        File.Delete(Path.Combine(folder, "sweep-run.json"));
        var resumed = await world.Run.SucceedAsync(Sweep);
        Assert.Equal(3, resumed.Split("finished before").Length - 1);
        Assert.Contains("it was trained to the end already", resumed, StringComparison.Ordinal);
        Assert.Equal(table, File.ReadAllLines(world.Run["multirun", "rates", "sweep.csv"]));

        await CompareAsync(world.Run, "multirun/rates/model.optimizer.lr=1e-2,seed=1", "multirun/rates/model.optimizer.lr=1e-3,seed=1");
    }

    [Fact]
    public async Task Run_WithACombinationThatFails_ReportsItAndRunsTheOthers()
    {
        using var world = await RunWorld.CreateAsync();
        await world.EmbedAsync("blip");

        var code = await world.Run.RunAsync(["train", "-m", .. RunWorld.Tiny("blip", "trainer.max_epochs=1", "data.emb_pool=men,query", "model.ckpt.path=nowhere.ckpt,null")]);

        Assert.Equal(ExitCodes.Failed, code);
        Assert.Contains("1 of 4 combinations are finished", world.Run.Output, StringComparison.Ordinal);
        Assert.Matches(@"data\.emb_pool=query model\.ckpt\.path=nowhere\.ckpt failed: [^\n]*the weights 'nowhere\.ckpt' do not exist", world.Run.Error);
        Assert.Contains("'mean'", world.Run.Error, StringComparison.Ordinal);
        Assert.Contains("data.emb_pool=query model.ckpt.path=null", File.ReadAllText(world.Run["multirun", "base", "sweep.csv"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AfterAStop_EndsTheSweep()
    {
        using var world = await RunWorld.CreateAsync();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        Assert.Equal(ExitCodes.Stopped, await world.Run.RunAsync(Sweep, stop.Token));

        Assert.Contains("1/4", world.Run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("2/4", world.Run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(world.Run["multirun", "rates", "sweep.csv"]));
    }

    private static async Task CompareAsync(CommandRun run, string first, string second)
    {
        var table = await run.SucceedAsync("test", "compare", first, second, "--metric", "R@1", "--metric", "R@5");
        Assert.Matches(@"webvid-covr +honest +composed +R@5 +6", table);
        Assert.Contains("\"p_mcnemar\": ", await run.SucceedAsync("test", "compare", first, second, "--json"), StringComparison.Ordinal);

        var file = run[[.. second.Split('/'), "webvid-covr", "queries.csv"]];
        File.WriteAllLines(file, [.. File.ReadLines(file).SkipLast(1)]);
        Assert.Equal(ExitCodes.Failed, await run.RunAsync(["test", "compare", first, second]));
        Assert.Contains("did not test the same queries", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, await run.RunAsync(["test", "compare", first, "configs"]));
        Assert.Contains("configs holds no queries.csv", run.Error, StringComparison.Ordinal);
    }
}
