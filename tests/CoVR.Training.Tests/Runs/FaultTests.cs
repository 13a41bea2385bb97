using CoVR.Modeling;
using CoVR.TestSupport;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Tests.Fakes;

namespace CoVR.Training.Tests.Runs;

/// <summary>Every step on the way of a file to its place fails once, or the process dies there; the run still comes to the same end.</summary>
[Collection("torch")]
public sealed class FaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        FileSteps.Watcher = null;
        _folder.Dispose();
    }

    [Theory]
    [InlineData(".safetensors", false, "")]
    [InlineData(".safetensors", true, "")]
    [InlineData(".ckpt", true, ".ckpt")]
    public async Task RunAsync_EachFileStepFailsOnce_ComesToTheSameEnd(string extension, bool dies, string files)
    {
        List<(FileStep Step, string Path)> trace = [];
        FileSteps.Watcher = (step, path) => trace.Add((step, path));
        var expected = await TrainAsync("whole", extension);
        foreach (var at in Points(trace, files, every: dies ? 1 : 2))
        {
            var name = $"fault-{at}";
            FileSteps.Watcher = new Fault(at, dies).Strike;
            await Assert.ThrowsAnyAsync<Exception>(() => TrainAsync(name, extension));
            FileSteps.Watcher = null;
            var resumed = await TrainAsync(name, extension);
            Assert.Equal(expected.Weights, resumed.Weights);
            Assert.Equal(expected.Files, resumed.Files);
            Directory.Delete(_folder[name], recursive: true);
        }
    }

    [Fact]
    public async Task RunAsync_DiskFull_SaysSoAndLeavesTheLastGoodState()
    {
        var saves = 0;
        FileSteps.Watcher = (step, path) =>
        {
            if (step is FileStep.Write && path.Contains(RunStateFile.FileName, StringComparison.Ordinal) && saves >= 2)
            {
                throw new IOException("No space left on device");
            }

            saves += step is FileStep.Rename && path.EndsWith(RunStateFile.FileName, StringComparison.Ordinal) ? 1 : 0;
        };
        var error = await Assert.ThrowsAsync<CheckpointException>(() => TrainAsync("full", ".safetensors"));
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Contains("state of step 2 is still there", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["full"], "*.tmp"));
    }

    [Fact]
    public async Task RunAsync_WeightsCannotBeWritten_KeepsTheEpochsSteps()
    {
        var options = TinyRuns.Resumable(_folder["run"]);
        options.SaveEverySteps = null;
        FileSteps.Watcher = (_, path) =>
        {
            if (Path.GetFileName(path).StartsWith("ckpt_", StringComparison.Ordinal))
            {
                throw new IOException("No space left on device");
            }
        };
        using var encoder = new TinyEncoder(1);
        var error = await Assert.ThrowsAsync<CheckpointException>(() => new Trainer(options).RunAsync(TinyRuns.Composed(encoder), null, Token));
        Assert.Contains("No space left on device. The state of step 6 is still there", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A new run removes the old state, a resumed one what a killed process left unfinished.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_EachRemovalFailsOnce_ComesToTheSameEnd(bool dies)
    {
        var expected = await TrainAsync("run", ".safetensors");
        HashSet<string> failed = [];
        for (var at = 1; at <= 4; at++)
        {
            foreach (var unfinished in new[] { RunStateFile.FileName, "ckpt_last.safetensors", "steps.csv" })
            {
                await File.WriteAllTextAsync(_folder["run", unfinished + ".abc.def.tmp"], "half", Token);
            }

            var fault = new Fault(at, dies, FileStep.Delete);
            FileSteps.Watcher = (step, path) => fault.Strike(step, path);
            await Assert.ThrowsAnyAsync<Exception>(() => TrainAsync("run", ".safetensors", resume: false));
            FileSteps.Watcher = null;
            failed.Add(fault.Struck!);
            var again = await TrainAsync("run", ".safetensors", resume: false);
            Assert.Equal(expected.Weights, again.Weights);
            Assert.Equal(expected.Files, again.Files);
        }

        Assert.Equal(["ckpt_last.safetensors.abc.def.tmp", "run-state.safetensors", "run-state.safetensors.abc.def.tmp", "steps.csv.abc.def.tmp"], failed.Order(StringComparer.Ordinal));
    }

    private async Task<Outcome> TrainAsync(string name, string extension, bool resume = true)
    {
        var options = TinyRuns.Resumable(_folder[name]);
        options.Resume = resume;
        (options.Epochs, options.WeightsExtension, options.WarmupSteps, options.SaveEverySteps, options.AccumulatedBatches) = (2, extension, 1, 1, 3);
        using var encoder = new TinyEncoder(1);
        using var log = new CsvRunLogger(_folder[name]);
        var run = TinyRuns.Composed(encoder, log) with
        {
            Validate = (epoch, _) =>
            {
                TorchSharp.torch.rand(3).Dispose();
                return ValueTask.FromResult(TinyRuns.Report(10 - epoch));
            },
        };
        await new Trainer(options).RunAsync(run, null, Token);
        log.Dispose();
        var files = Directory.GetFiles(_folder[name]).Where(file => Path.GetFileName(file) != "run.lock").Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}");
        return new Outcome(TinyRuns.Weights(encoder), [.. files]);
    }

    /// <summary>Where to strike, counted from 1: every step but those writes that are neither the first nor the last of their file.</summary>
    private static int[] Points(List<(FileStep Step, string Path)> trace, string files, int every)
    {
        int[] points =
        [
            .. Enumerable.Range(0, trace.Count)
                .Where(i => trace[i].Path.Contains(files, StringComparison.Ordinal))
                .Where(i => trace[i].Step is not FileStep.Write || trace[i - 1].Step is not FileStep.Write || trace[i + 1].Step is not FileStep.Write)
                .Select(i => i + 1),
        ];
        Assert.Equal([FileStep.Create, FileStep.Write, FileStep.Flush, FileStep.Rename], points.Select(at => trace[at - 1].Step).Distinct());
        return [.. points.Where((_, place) => place % every == 0)];
    }

    private sealed record Outcome(float[] Weights, string[] Files);

    /// <summary>Fails one step; or that one and all after it, as for a process that is gone.</summary>
    private sealed class Fault(int at, bool dies, FileStep? only = null)
    {
        private int _steps;

        /// <summary>The file that was first struck.</summary>
        public string? Struck { get; private set; }

        public void Strike(FileStep step, string path)
        {
            _steps += _steps < at && (only ?? step) != step ? 0 : 1;
            if (_steps == at || (dies && _steps > at))
            {
                Struck ??= Path.GetFileName(path);
                throw dies ? new ProcessDiedException() : new IOException("Input/output error");
            }
        }
    }

    private sealed class ProcessDiedException : Exception;
}
