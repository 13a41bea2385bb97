using System.Diagnostics;
using System.Text.Json;
using CoVR.Cli.Hosting;
using CoVR.Cli.Runs;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Native;
using CoVR.Reproduction.Configuration;
using CoVR.Training.Runs;
using CoVR.Training.Schedules;
using Spectre.Console.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Cli.Tests.Runs;

/// <summary>How <c>covr train</c> trains: on what, with how many processes, stopped and gone on with, and with every option of its own.</summary>
[Collection("torch")]
public sealed class RunOptionsTests(MatrixWorld world)
{
    private static readonly string[] Cirr = ["data=cirr", "test=cirr-val", "data.batch_size=2", "model.optimizer.lr=1e-2", "presets=[reference]"];

    [Fact]
    public async Task Train_StoppedWithinAnEpoch_GoesOnAsIfItHadNotBeen()
    {
        var run = await world.ReadyAsync("blip");
        string[] train = ["train", .. MatrixWorld.Small("blip", [.. Cirr, "trainer.max_epochs=3", "trainer.save_every_steps=1"])];
        await run.SucceedAsync([.. train, "run_name=whole"]);
        var (whole, stopped) = (Folder(run, "whole"), Folder(run, "stopped"));

        // The console's clock is read at every step that is reported: the first after the weights of the first epoch are written is the third of six.
        using var stop = new CancellationTokenSource();
        var code = await run.RunAsync([.. train, "run_name=stopped"], stop.Token, new StoppingClock(() => File.Exists(Path.Combine(stopped, "ckpt_0.ckpt")), stop));

        Assert.Equal(ExitCodes.Stopped, code);
        Assert.Contains("Run the same command again to resume", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(stopped, "ckpt_2.ckpt")));
        var output = await run.SucceedAsync([.. train, "run_name=stopped"]);
        Assert.Matches("resumed from step [1-5]", output);
        Assert.All(new[] { "ckpt_0.ckpt", "ckpt_1.ckpt", "ckpt_2.ckpt" }, file => Assert.Equal(0, Distance(Path.Combine(whole, file), Path.Combine(stopped, file))));
        Assert.Equal(File.ReadAllText(Path.Combine(whole, "cirr-val", "metrics.json")), File.ReadAllText(Path.Combine(stopped, "cirr-val", "metrics.json")));
    }

    [Fact]
    public async Task Train_ByTwoProcesses_GivesTheWeightsOfOne()
    {
        SkipUnlessMpi();
        var run = await world.ReadyAsync("blip");
        // Where a gradient is 0 but for rounding, AdamW steps by the rounding's sign; a larger epsilon does not.
        string[] train = ["train", .. MatrixWorld.Small("blip", [.. Cirr, "trainer.max_epochs=2", "val=False", "++model.optimizer.eps=1e-2"])];
        await run.SucceedAsync([.. train, "run_name=one", "++data.batch_size=4"]);

        var (code, output) = await StartAsync(run, [.. train.Except(["trainer=cpu"]), "run_name=two", "trainer=ddp", "trainer.devices=2", "trainer.accelerator=cpu"]);

        Assert.True(code == 0, output);
        Assert.Contains("starting 2 processes by mpirun", output, StringComparison.Ordinal);
        Assert.InRange(Distance(Path.Combine(Folder(run, "one"), "ckpt_1.ckpt"), Path.Combine(Folder(run, "two"), "ckpt_1.ckpt")), 0, 1e-5);
        Assert.InRange(Distance(Path.Combine(Folder(run, "one"), "ckpt_0.ckpt"), Path.Combine(Folder(run, "one"), "ckpt_1.ckpt")), 1e-4, 1);
        Assert.NotEqual(0, RunFigures.Check(Folder(run, "two"), output));
    }

    [Fact]
    public async Task Test_OfAGalleryThatLacksAPicture_IsRefusedOrStatesIt()
    {
        var run = await world.ReadyAsync("blip");
        var annotations = run["annotation", "cirr-short", "cap.rc2.val.json"];
        Directory.CreateDirectory(Path.GetDirectoryName(annotations)!);
        File.Copy(run["annotation", "cirr", "cap.rc2.val.json"], annotations);
        var names = Directory.EnumerateFiles(run["datasets", "CIRR", "images", "dev"]).Select(Path.GetFileNameWithoutExtension).Append("dev-99-img0").ToList();
        File.WriteAllText(run["annotation", "cirr-short", "split.rc2.val.json"], JsonSerializer.Serialize(names.ToDictionary(name => name!, name => $"./dev/{name}.png")));
        string[] test = ["test", "model=blip-large", .. MatrixWorld.Small("blip", "test=cirr-val", "run_name=short", $"test.cirr-val.annotation={annotations}")];

        Assert.NotEqual(0, await run.RunAsync(test));
        Assert.Contains("dev-99-img0", run.Error, StringComparison.Ordinal);
        await run.SucceedAsync([.. test, "missing_media=report"]);

        var metrics = File.ReadAllText(run["outputs", "test", "blip-large", MatrixWorld.Checkpoint("blip"), "short", "cirr-val", "metrics.json"]);
        Assert.Matches($"\"candidates_present\": {names.Count - 1},\\s*\"candidates\": {names.Count},", metrics);
    }

    [Fact]
    public async Task Train_OnAGpuThatIsNotThere_NamesTheProcessor()
    {
        NativeTorch.EnsureLoaded();
        Assert.SkipWhen(torch.cuda.is_available(), "There is a GPU.");
        var run = await world.ReadyAsync("blip");

        string[] train = ["train", .. MatrixWorld.Small("blip", Cirr).Except(["trainer=cpu"])];
        Assert.NotEqual(0, await run.RunAsync([.. train, "trainer=gpu"]));
        Assert.Contains("trainer=cpu", run.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, await run.RunAsync([.. train, "trainer=ddp"]));
        Assert.Contains("trainer.accelerator=cpu", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_WithEveryOptionOfOurs_Trains()
    {
        var run = await world.ReadyAsync("blip");
        string[] options =
        [
            "trainer.chunk_size=1", "trainer.keep_visual_tokens=True", "trainer.accumulate_batches=2", "trainer.clip_norm=0.5", "trainer.save_every_steps=1", "trainer.save_ckpt=last",
            "trainer.precision=bf16-mixed", "model.optimizer.decay_biases_and_norms=False", "model.scheduler.warmup_steps=1", "model/scheduler=step", "missing_media=strict",
        ];

        await run.SucceedAsync(["train", .. MatrixWorld.Small("blip", Cirr), .. options, "trainer.max_epochs=2", "run_name=options"]);

        Assert.True(File.Exists(Path.Combine(Folder(run, "options"), "ckpt_last.ckpt")));
        Assert.False(File.Exists(Path.Combine(Folder(run, "options"), "ckpt_0.ckpt")));
        var training = Configured(run, options);
        Assert.Equal((1, true, 2, 0.5, 1L), (training.ChunkSize, training.KeepVisualTokens, training.AccumulatedBatches, training.ClipNorm, training.SaveEverySteps));
        Assert.Equal((ScalarType.BFloat16, false), (training.Precision, training.KeepAllCheckpoints));
        Assert.Equal((false, 1, TrainingScheduleKind.StepPerEpoch, false), (training.DecayBiasesAndNorms, training.WarmupSteps, training.Schedule, training.SkipUnreadable));
    }

    [Fact]
    public async Task Train_ScheduleOfItsOwn_StartsThereAndHasTheEpochsOfTheTrainer()
    {
        var run = await world.ReadyAsync("blip");
        Assert.Equal(3e-4, Configured(run, "model.scheduler.init_lr=3e-4").LearningRate);
        Assert.Equal(2e-4, Configured(run, "model.optimizer.lr=2e-4").LearningRate);
        var error = Assert.Throws<ConfigurationException>(() => Configured(run, "model.scheduler.max_epochs=9"));
        Assert.Contains("trainer.max_epochs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_ValuesOfTheOptimizer_AreReadOnlyWhereTheyAreUsed()
    {
        var run = await world.ReadyAsync("blip");
        Assert.Equal(0.01, Configured(run, "~model.optimizer.weight_decay").WeightDecay);
        Assert.Throws<ConfigurationException>(() => Configured(run, "~model.optimizer.weight_decay", "model/scheduler=step"));
        var options = Configured(run, "+model.optimizer.betas=[0.8, 0.99]");
        Assert.Equal((0.8, 0.99), (options.Beta1, options.Beta2));
        var error = Assert.Throws<ConfigurationException>(() => Configured(run, "+model.optimizer.betas=[0.8]"));
        Assert.Contains("command line: +model.optimizer.betas=[0.8]", error.Message, StringComparison.Ordinal);
        Assert.Contains("'model.optimizer.betas' must be a list of two numbers", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, Configured(run, "++data.vid_frames=x").QueryFrameCount);
        Assert.Throws<ConfigurationException>(() => Configured(run, "++data.vid_frames=x", "++data.vid_query_method=sample"));
    }

    [Fact]
    public async Task Train_OnAPictureThatCannotBeDecoded_LeavesItOutUnlessStrict()
    {
        var run = await world.ReadyAsync("blip");
        foreach (var file in Directory.EnumerateFiles(run["datasets", "CIRR", "images", "train"], "*.png", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(run["broken", "0"]);
            File.WriteAllBytes(run["broken", "0", Path.GetFileName(file)], Path.GetFileName(file) == "train-0-img0.png" ? new byte[64] : File.ReadAllBytes(file));
        }

        string[] train = ["train", .. MatrixWorld.Small("blip", Cirr), "trainer.max_epochs=1", "data.img_dirs.train=broken", "data.batch_size=5", "val=False"];

        await run.SucceedAsync([.. train, "run_name=lenient"]);
        Assert.Contains("1 items were skipped", run.Error, StringComparison.Ordinal);

        // A configuration that cannot go on from there does not replace the one of the run.
        var record = Path.Combine(Folder(run, "lenient"), "hydra.json");
        var trained = File.ReadAllText(record);
        Assert.NotEqual(0, await run.RunAsync([.. train, "run_name=lenient", "data.batch_size=4"]));
        Assert.Contains("belongs to another run", run.Error, StringComparison.Ordinal);
        Assert.Equal(trained, File.ReadAllText(record));
        Assert.NotEqual(0, await run.RunAsync([.. train, "run_name=strict", "missing_media=strict"]));
        Assert.Contains("train-0-img0.png", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_WithoutEmbeddingsOfCcCoIR_NamesTheCommandThatKeepsPaths()
    {
        var run = await world.ReadyAsync("blip");

        Assert.NotEqual(0, await run.RunAsync(["train", "data=cc-coir", "test=cirr-val", .. MatrixWorld.Small("blip"), "data.emb_dirs.train=none"]));

        Assert.Contains(
            "covr embed images --image_dir datasets/conceptual_captions/train --todo_ids annotation/cc-coir/cc-coir_train.csv --save_dir none", run.Error, StringComparison.Ordinal);
    }

    private static TrainingOptions Configured(CommandRun run, params string[] settings)
    {
        using var console = new TestConsole();
        var config = new ConfigLibrary(ConfigLibrary.Folders([], run.Folder)).Compose("train", [.. MatrixWorld.Small("blip", Cirr), .. settings], run.Folder);
        var options = new TrainingOptions();
        new TrainingSettings(config).Configure(options, new ConfiguredModel(new CommandHost(console, TextWriter.Null, run.Folder), config, "cpu"), fresh: true);
        return options;
    }

    private static string Folder(CommandRun run, string name) =>
        run["outputs", "cirr", "blip-large", MatrixWorld.Checkpoint("blip"), "tv-False_loss-hnnce_lr-0.01", name];

    // The largest difference of two weights of one name.
    private static double Distance(string first, string second)
    {
        using var one = Checkpoint.Open(first);
        using var other = Checkpoint.Open(second);
        var (before, after) = (one.Tensors("model"), other.Tensors("model"));
        Assert.NotEmpty(before);
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        using var scope = torch.NewDisposeScope();
        return before.Max(entry => entry.Value.Read().to(torch.float64).sub(after[entry.Key].Read().to(torch.float64)).abs().max().item<double>());
    }

    private static void SkipUnlessMpi() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable("COVR_MPIRUN") is not null
            || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, "mpirun"))),
        "Open MPI is not installed: there is no mpirun on the path.");

    // The program itself, as a user starts it.
    private static async Task<(int Code, string Output)> StartAsync(CommandRun run, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll"), .. arguments])
        {
            WorkingDirectory = run.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, $"{await output}\n{await error}");
    }

    /// <summary>Stops once a condition is seen to hold.</summary>
    private sealed class StoppingClock(Func<bool> holds, CancellationTokenSource stop) : TimeProvider
    {
        public override long GetTimestamp()
        {
            if (holds())
            {
                stop.Cancel();
            }

            return base.GetTimestamp();
        }
    }
}
