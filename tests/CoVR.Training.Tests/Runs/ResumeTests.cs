using CoVR.Data;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using CoVR.Training.Batches;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;

namespace CoVR.Training.Tests.Runs;

[Collection("torch")]
public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Out => _folder["run"];

    private string State => Path.Combine(Out, RunStateFile.FileName);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(11)]
    public async Task RunAsync_CancelledAndResumed_EqualsTheUninterruptedRunBitForBit(int after)
    {
        var expected = await Uninterrupted();
        await Interrupt(after);
        using var encoder = new TinyEncoder(99);
        var result = await new Trainer(TinyRuns.Resumable(Out)).RunAsync(TinyRuns.Composed(encoder), null, Token);
        Assert.Equal((18, after), (result.Steps, result.ResumedAt));
        Assert.Equal(expected, TinyRuns.Weights(encoder));
    }

    [Fact]
    public async Task RunAsync_CancelledAgainAndAgain_StillEnds()
    {
        var expected = await Uninterrupted();
        for (var step = 1; step < 18; step += 2)
        {
            await Interrupt(step);
        }

        using var encoder = new TinyEncoder(99);
        await new Trainer(TinyRuns.Resumable(Out)).RunAsync(TinyRuns.Composed(encoder), null, Token);
        Assert.Equal(expected, TinyRuns.Weights(encoder));
    }

    [Fact]
    public async Task RunAsync_CancelledDuringValidation_ValidatesAgainAndGoesOnExactly()
    {
        var expected = await Uninterrupted();
        using (var encoder = new TinyEncoder(1))
        {
            using var stop = new CancellationTokenSource();
            var run = TinyRuns.Composed(encoder) with
            {
                Validate = (_, token) =>
                {
                    TorchSharp.torch.rand(5).Dispose();
                    stop.Cancel();
                    token.ThrowIfCancellationRequested();
                    throw new InvalidOperationException("not reached");
                },
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Trainer(TinyRuns.Resumable(Out)).RunAsync(run, null, stop.Token));
        }

        using var resumed = new TinyEncoder(99);
        List<int> validated = [];
        var again = TinyRuns.Composed(resumed) with
        {
            Validate = (epoch, _) =>
            {
                validated.Add(epoch);
                return ValueTask.FromResult(TinyRuns.Report(epoch));
            },
        };
        await new Trainer(TinyRuns.Resumable(Out)).RunAsync(again, null, Token);
        Assert.Equal([0, 1, 2], validated);
        Assert.Equal(expected, TinyRuns.Weights(resumed));
    }

    [Fact]
    public async Task RunAsync_FinishedRun_HasNothingLeftToDo()
    {
        await Interrupt(null);
        using var encoder = new TinyEncoder(99);
        var result = await new Trainer(TinyRuns.Resumable(Out)).RunAsync(TinyRuns.Composed(encoder), null, Token);
        Assert.Equal((18, 18, null), (result.Steps, result.ResumedAt, result.LastLoss));
    }

    [Fact]
    public async Task RunAsync_ResumeSwitchedOff_StartsAnew()
    {
        await Interrupt(5);
        var options = TinyRuns.Resumable(Out);
        options.Resume = false;
        using var encoder = new TinyEncoder(1);
        var result = await new Trainer(options).RunAsync(TinyRuns.Composed(encoder), null, Token);
        Assert.Null(result.ResumedAt);
        Assert.Equal(await Uninterrupted(), TinyRuns.Weights(encoder));
    }

    [Fact]
    public async Task RunAsync_OtherSettings_AreRefusedWithTheirDifferences()
    {
        await Interrupt(5);
        var options = TinyRuns.Resumable(Out);
        (options.Seed, options.LearningRate) = (7, 5e-3);
        using var encoder = new TinyEncoder(1);
        var error = await Assert.ThrowsAsync<CheckpointException>(() => new Trainer(options).RunAsync(TinyRuns.Composed(encoder), null, Token));
        Assert.Contains("seed was '1234' and is '7'", error.Message, StringComparison.Ordinal);
        Assert.Contains("schedule was", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0.5, 1, "1 si_ti by cross entropy")]
    [InlineData(1, 0.25, 0, "1 si_ti by HN-NCE (alpha 1, beta 0.25)")]
    [InlineData(0.5, 0.5, 0, "0.5 si_ti by HN-NCE (alpha 1, beta 0.5)")]
    public async Task RunAsync_OtherObjective_IsRefusedWithBoth(double weight, double beta, int crossEntropy, string now)
    {
        await Interrupt(5);
        using var encoder = new TinyEncoder(1);
        IContrastiveLoss loss = crossEntropy == 1 ? new CrossEntropyContrastiveLoss() : new HardNegativeNceLoss(1, beta);
        var run = TinyRuns.Composed(encoder) with { Step = new ComposedTrainingStep(encoder, [new(new QueryToTargetTerm(loss), weight)]) };
        var error = await Assert.ThrowsAsync<CheckpointException>(() => new Trainer(TinyRuns.Resumable(Out)).RunAsync(run, null, Token));
        Assert.Contains($"1 si_ti by HN-NCE (alpha 1, beta 0.5)' and is 'composed, temperature 0.07, {now}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_OtherAnnotationsOfTheSameNumber_AreRefused()
    {
        await Interrupt(5);
        using var encoder = new TinyEncoder(1);
        var world = new FakeWorld();
        Triplet[] changed = [.. world.Triplets.Select((triplet, i) => i == 7 ? triplet with { Modification = "make it another" } : triplet)];
        var run = TinyRuns.Composed(encoder) with
        {
            Batches = new TrainingBatcher(
                changed, new TripletSampler(changed, new TripletSamplerOptions { BatchSize = 8 }), new ComposedBatchSources { Texts = world.Texts, Targets = world, References = world }),
        };
        var error = await Assert.ThrowsAsync<CheckpointException>(() => new Trainer(TinyRuns.Resumable(Out)).RunAsync(run, null, Token));
        Assert.Contains("annotations", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ValidationFails_KeepsTheEpochsSteps()
    {
        var expected = await Uninterrupted();
        var options = TinyRuns.Resumable(Out);
        options.SaveEverySteps = null;
        using (var encoder = new TinyEncoder(1))
        {
            var run = TinyRuns.Composed(encoder) with { Validate = (_, _) => throw new MediaReadException("picture", MediaFailure.NotFound, "made to fail") };
            await Assert.ThrowsAsync<MediaReadException>(() => new Trainer(options).RunAsync(run, null, Token));
        }

        using var resumed = new TinyEncoder(99);
        List<int> validated = [];
        var again = TinyRuns.Composed(resumed) with
        {
            Validate = (epoch, _) =>
            {
                validated.Add(epoch);
                return ValueTask.FromResult(TinyRuns.Report(epoch == 0 ? double.NaN : 3 - epoch));
            },
        };
        var result = await new Trainer(options).RunAsync(again, null, Token);
        Assert.Equal((6, 2, 1), (result.ResumedAt, result.Best, result.BestEpoch));
        Assert.Equal([0, 1, 2], validated);
        Assert.Equal(expected, TinyRuns.Weights(resumed));
    }

    [Fact]
    public async Task RunAsync_GradientOfTheLastStepNotFinite_KeepsTheStateBefore()
    {
        var options = TinyRuns.Resumable(Out);
        options.ClipNorm = null;
        using var encoder = new TinyEncoder(1);
        var error = await Assert.ThrowsAsync<TrainingDivergedException>(() => new Trainer(options).RunAsync(Steep(encoder, 18), null, Token));
        Assert.Equal(18, error.Step);
        using var resumed = new TinyEncoder(99);
        var result = await new Trainer(options).RunAsync(Steep(resumed, -1), null, Token);
        Assert.Equal((16, 18), (result.ResumedAt, result.Steps));
        Assert.All(TinyRuns.Weights(resumed), weight => Assert.True(float.IsFinite(weight)));
    }

    [Fact]
    public async Task RunAsync_FolderCannotBeMade_SaysSoBeforeTheFirstStep()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Out)!);
        await File.WriteAllTextAsync(Out, "a file", Token);
        using var encoder = new TinyEncoder(1);
        var world = new FakeWorld();
        var error = await Assert.ThrowsAsync<CheckpointException>(() => new Trainer(TinyRuns.Resumable(Out)).RunAsync(TinyRuns.Composed(encoder, world), null, Token));
        Assert.Contains("its folder cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, world.Reads);
    }

    [Fact]
    public async Task RunAsync_OtherModel_NamesTheKeys()
    {
        await Interrupt(5);
        using var encoder = new TinyEncoder(1, vectors: 2);
        var run = TinyRuns.Composed(encoder);
        var error = await Assert.ThrowsAsync<CheckpointException>(() => new Trainer(TinyRuns.Resumable(Out)).RunAsync(run, null, Token));
        Assert.Contains(error.Misshapen, tensor => tensor.Key == "model._vision.weight");
    }

    [Fact]
    public async Task RunAsync_DamagedState_SaysSo()
    {
        await Interrupt(5);
        var bytes = await File.ReadAllBytesAsync(State, Token);
        await File.WriteAllBytesAsync(State, bytes[..(bytes.Length / 2)], Token);
        using var encoder = new TinyEncoder(1);
        var error = await Assert.ThrowsAsync<CheckpointException>(() => new Trainer(TinyRuns.Resumable(Out)).RunAsync(TinyRuns.Composed(encoder), null, Token));
        Assert.Contains("Resume = false", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_FolderInUse_IsRefused()
    {
        using var other = new RunStateFile(Out);
        using var encoder = new TinyEncoder(1);
        var error = await Assert.ThrowsAsync<CheckpointException>(() => new Trainer(TinyRuns.Resumable(Out)).RunAsync(TinyRuns.Composed(encoder), null, Token));
        Assert.Contains("another process", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".safetensors", null)]
    [InlineData(".pth", "model")]
    [InlineData(".ckpt", "model")]
    public async Task RunAsync_Weights_AreLeftForEveryEpochAndTheBest(string extension, string? root)
    {
        var options = TinyRuns.Resumable(Out);
        (options.WeightsExtension, options.KeepAllCheckpoints) = (extension, true);
        using var encoder = new TinyEncoder(1);
        double[] scores = [1, 3, 2];
        var run = TinyRuns.Composed(encoder) with
        {
            Validate = (epoch, _) => ValueTask.FromResult(TinyRuns.Report(scores[epoch])),
        };
        await new Trainer(options).RunAsync(run, null, Token);
        Assert.Equal(TinyRuns.Weights(encoder), Read("ckpt_2" + extension, root));
        Assert.Equal(Read("ckpt_1" + extension, root), Read("ckpt_best" + extension, root));
        Assert.NotEqual(Read("ckpt_2" + extension, root), Read("ckpt_best" + extension, root));
        Assert.True(File.Exists(Path.Combine(Out, "ckpt_0" + extension)));
        Assert.False(File.Exists(Path.Combine(Out, "ckpt_last" + extension)));
    }

    private static TrainingRun<ComposedBatch> Steep(TinyEncoder encoder, int step) =>
        TinyRuns.Composed(encoder) with { Step = new ComposedTrainingStep(encoder, [new(new SteepTerm(step), 1)]) };

    private float[] Read(string name, string? root)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var checkpoint = Checkpoint.Open(Path.Combine(Out, name));
        return [.. checkpoint.Tensors(root).OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => entry.Value.Read().data<float>().ToArray())];
    }

    private static async Task<float[]> Uninterrupted()
    {
        using var encoder = new TinyEncoder(1);
        await new Trainer(TinyRuns.Options()).RunAsync(TinyRuns.Composed(encoder), null, Token);
        return TinyRuns.Weights(encoder);
    }

    /// <summary>Trains with new weights until a step is done; null to the end.</summary>
    private async Task Interrupt(int? after)
    {
        using var encoder = new TinyEncoder(1);
        using var stop = new CancellationTokenSource();
        var trainer = new Trainer(TinyRuns.Resumable(Out)).RunAsync(TinyRuns.Composed(encoder), new TinyRuns.StopAt(after, stop), stop.Token);
        if (after is null)
        {
            await trainer;
            return;
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trainer);
    }
}
