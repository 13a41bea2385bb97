using CoVR.Losses;
using CoVR.Training.Batches;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Runs;

[Collection("torch")]
public sealed class TrainerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_ThreeEpochs_LowersTheLossAndReportsEveryStep()
    {
        using var encoder = new TinyEncoder(1);
        var log = new InMemoryRunLogger();
        List<StepRecord> seen = [];
        var result = await new Trainer(TinyRuns.Options()).RunAsync(TinyRuns.Composed(encoder, log), new Inline(seen.Add), Token);
        Assert.Equal((18, null, 3), (result.Steps, result.ResumedAt, log.Epochs.Count));
        Assert.Equal(Enumerable.Range(1, 18).Select(step => (long)step), seen.Select(progress => progress.Step));
        Assert.True(log.Epochs[2].MeanLoss < log.Epochs[0].MeanLoss);
        Assert.Equal(log.Steps[^1].Loss, result.LastLoss);
        Assert.Equal(log.Steps.Take(6).Average(step => step.Loss), log.Epochs[0].MeanLoss, 1e-12);
    }

    [Fact]
    public async Task RunAsync_SameSeed_GivesTheSameWeightsBitForBit()
    {
        using var one = new TinyEncoder(1);
        using var two = new TinyEncoder(1);
        await new Trainer(TinyRuns.Options()).RunAsync(TinyRuns.Composed(one), null, Token);
        await new Trainer(TinyRuns.Options()).RunAsync(TinyRuns.Composed(two), null, Token);
        Assert.Equal(TinyRuns.Weights(one), TinyRuns.Weights(two));
    }

    [Fact]
    public async Task RunAsync_MaxSteps_EndsInTheMiddleOfAnEpoch()
    {
        using var encoder = new TinyEncoder(1);
        var log = new InMemoryRunLogger();
        var options = TinyRuns.Options();
        options.MaxSteps = 8;
        var result = await new Trainer(options).RunAsync(TinyRuns.Composed(encoder, log), null, Token);
        Assert.Equal((8, 2), (result.Steps, log.Epochs.Count));
    }

    [Fact]
    public async Task RunAsync_FrozenParameters_StayAsTheyAre()
    {
        using var encoder = new TinyEncoder(1);
        encoder.Vision.weight!.requires_grad = false;
        var before = encoder.Vision.weight.data<float>().ToArray();
        var bias = encoder.Vision.bias!.data<float>().ToArray();
        await new Trainer(TinyRuns.Options()).RunAsync(TinyRuns.Composed(encoder), null, Token);
        Assert.Equal(before, encoder.Vision.weight.data<float>().ToArray());
        Assert.NotEqual(bias, encoder.Vision.bias.data<float>().ToArray());
    }

    [Fact]
    public async Task RunAsync_Validation_SeesEvaluationModeAndDecidesTheBestEpoch()
    {
        using var encoder = new TinyEncoder(1);
        double[] scores = [10, 30, 20];
        var run = TinyRuns.Composed(encoder) with
        {
            Validate = (epoch, _) =>
            {
                Assert.False(encoder.training);
                return ValueTask.FromResult(TinyRuns.Report(scores[epoch]));
            },
        };
        var result = await new Trainer(TinyRuns.Options()).RunAsync(run, null, Token);
        Assert.Equal((30, 1), (result.Best, result.BestEpoch));
    }

    [Fact]
    public async Task RunAsync_LossBecomesNotFinite_StopsBeforeTheStep()
    {
        using var encoder = new TinyEncoder(1);
        var before = TinyRuns.Weights(encoder);
        var run = TinyRuns.Composed(encoder) with { Step = new ComposedTrainingStep(encoder, [new(new BrokenTerm(), 1)]) };
        var error = await Assert.ThrowsAsync<TrainingDivergedException>(() => new Trainer(TinyRuns.Options()).RunAsync(run, null, Token));
        Assert.Equal(0, error.Step);
        Assert.Contains("broken = NaN", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, TinyRuns.Weights(encoder));
    }

    [Fact]
    public async Task RunAsync_GradientsBecomeNotFinite_StopsBeforeTheStep()
    {
        using var encoder = new TinyEncoder(1);
        var before = TinyRuns.Weights(encoder);
        var run = TinyRuns.Composed(encoder) with { Step = new ComposedTrainingStep(encoder, [new(new SteepTerm(), 1)]) };
        var error = await Assert.ThrowsAsync<TrainingDivergedException>(() => new Trainer(TinyRuns.Options()).RunAsync(run, null, Token));
        Assert.Contains("gradient norm", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, TinyRuns.Weights(encoder));
    }

    [Theory]
    [InlineData(1, 4, 48)]
    [InlineData(20, 3, 9)]
    public async Task RunAsync_BatchOfOneAndShortLastBatch_AreTrained(int batchSize, int epochs, int steps)
    {
        using var encoder = new TinyEncoder(1);
        var world = new FakeWorld();
        var options = TinyRuns.Options();
        options.Epochs = epochs;
        var sampler = new TripletSampler(world.Triplets, new TripletSamplerOptions { BatchSize = batchSize, DropLast = false });
        options.MaxSteps = batchSize == 1 ? steps : null;
        var log = new InMemoryRunLogger();
        var run = TinyRuns.Composed(encoder, log) with
        {
            Batches = new TrainingBatcher(world.Triplets, sampler, new ComposedBatchSources { Texts = world.Texts, Targets = world, References = world }),
        };
        var result = await new Trainer(options).RunAsync(run, null, Token);
        Assert.Equal(steps, result.Steps);
        Assert.All(log.Steps, step => Assert.True(double.IsFinite(step.Loss)));
    }

    [Fact]
    public void TripletSampler_EmptyData_SaysThatNothingFillsABatch() =>
        Assert.Contains("0 targets do not fill one batch", Assert.Throws<ArgumentException>(() => new TripletSampler([])).Message, StringComparison.Ordinal);

    [Fact]
    public async Task RunAsync_WaitsForData_AreMeasured()
    {
        using var encoder = new TinyEncoder(1);
        var time = new TickingTime();
        var log = new InMemoryRunLogger();
        List<StepRecord> seen = [];
        var result = await new Trainer(TinyRuns.Options(), null, time).RunAsync(TinyRuns.Composed(encoder, log), new Inline(seen.Add), Token);
        Assert.InRange(result.DataWaitShare, 0.01, 0.99);
        Assert.Equal(result.DataWait, seen[^1].TotalDataWait);
        Assert.Equal(18, seen[^1].StepsHere);
        Assert.All(log.Steps, step => Assert.True(step.DataWait > TimeSpan.Zero && step.DataWait < step.Duration));
        Assert.Equal(result.StepTime, log.Epochs.Aggregate(TimeSpan.Zero, (sum, epoch) => sum + epoch.Duration));
    }

    [Fact]
    public async Task RunAsync_Loggers_KnowTheRunAndItsEnd()
    {
        using var encoder = new TinyEncoder(1);
        var log = new InMemoryRunLogger();
        var run = TinyRuns.Composed(encoder, log) with { Configuration = new Dictionary<string, string> { ["machine.batch_size"] = "8" } };
        await new Trainer(TinyRuns.Options()).RunAsync(run, null, Token);
        Assert.Equal(("8", "1234", "32-true"), (log.Configuration["machine.batch_size"], log.Configuration["seed"], log.Configuration["precision"]));
        Assert.True(log is { Finished: true, Fault: null });
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Trainer(TinyRuns.Options()).RunAsync(run, new TinyRuns.StopAt(3, stop), stop.Token));
        Assert.IsAssignableFrom<OperationCanceledException>(log.Fault);
        await Assert.ThrowsAsync<TrainingDivergedException>(
            () => new Trainer(TinyRuns.Options()).RunAsync(run with { Step = new ComposedTrainingStep(encoder, [new(new BrokenTerm(), 1)]) }, null, Token));
        Assert.IsType<TrainingDivergedException>(log.Fault);
    }

    [Fact]
    public void Constructor_WrongOptions_ListsEveryFault()
    {
        var options = new TrainingOptions { Epochs = 0, LearningRate = -1, ClipNorm = 0, Workers = 0, Beta2 = 1 };
        var error = Assert.Throws<OptionsValidationException>(() => new Trainer(options));
        Assert.All(
            new[] { "Epochs", "LearningRate", "ClipNorm", "Workers", "Beta2" },
            name => Assert.Contains(error.Failures, fault => fault.StartsWith(name + ":", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task RunAsync_SourceWithoutBatches_IsRefused()
    {
        using var encoder = new TinyEncoder(1);
        var run = TinyRuns.Composed(encoder) with { Batches = new EmptySource() };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => new Trainer(TinyRuns.Options()).RunAsync(run, null, Token));
        Assert.Contains("no batches", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, ScalarType.Float32)]
    [InlineData(null, ScalarType.BFloat16)]
    public async Task RunAsync_Options_ReachTheStep(int? chunk, ScalarType precision)
    {
        using var encoder = new TinyEncoder(1);
        var options = TinyRuns.Options();
        (options.ChunkSize, options.Precision, options.MaxSteps) = (chunk, precision, 3);
        var step = new WatchedStep(encoder);

        await new Trainer(options).RunAsync(TinyRuns.Composed(encoder) with { Step = step }, null, Token);

        Assert.Equal(4, step.Seen.Count);
        Assert.All(step.Seen, context => Assert.Equal((chunk, precision, 1), (context.ChunkSize, context.Precision, context.Ranks)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Constructor_ChunkSizeNotAboveZero_IsRefused(int size) =>
        Assert.Throws<OptionsValidationException>(() => new Trainer(new TrainingOptions { ChunkSize = size }));

    [Fact]
    public async Task RunAsync_LoggerFailsAtTheEnd_DoesNotHideTheRunsOwnFailure()
    {
        using var encoder = new TinyEncoder(1);
        var last = new InMemoryRunLogger();
        var run = TinyRuns.Composed(encoder, new FailingLogger(), last);
        await Assert.ThrowsAsync<IOException>(() => new Trainer(TinyRuns.Options()).RunAsync(run, null, Token));
        Assert.True(last is { Finished: true, Fault: null });
        var broken = run with { Step = new ComposedTrainingStep(encoder, [new(new BrokenTerm(), 1)]) };
        await Assert.ThrowsAsync<TrainingDivergedException>(() => new Trainer(TinyRuns.Options()).RunAsync(broken, null, Token));
        Assert.IsType<TrainingDivergedException>(last.Fault);
    }

    /// <summary>Keeps the contexts that it is given.</summary>
    private sealed class WatchedStep(TinyEncoder encoder) : ITrainingStep<ComposedBatch>
    {
        private readonly ComposedTrainingStep _inner = new(encoder, [new(new QueryToTargetTerm(new HardNegativeNceLoss()), 1)]);

        public List<TrainingContext> Seen { get; } = [];

        public IReadOnlyDictionary<string, nn.Module> Modules => _inner.Modules;

        public void RequireSupport(TrainingContext context) => Seen.Add(context);

        public LossReport Compute(ComposedBatch batch, TrainingContext context)
        {
            Seen.Add(context);
            return _inner.Compute(batch, context);
        }
    }

    private sealed class FailingLogger : IRunLogger
    {
        public void Finish(Exception? fault) => throw new IOException("made to fail");
    }

    private sealed class EmptySource : IBatchSource<ComposedBatch>
    {
        public int BatchesPerEpoch => 0;

        public IAsyncEnumerable<ComposedBatch> ReadAsync(int epoch, int first, CancellationToken cancellationToken) => AsyncEnumerable.Empty<ComposedBatch>();

        public string Describe() => "empty";
    }

    private sealed class BrokenTerm : ILossTerm
    {
        public string Name => "broken";

        public Tensor Compute(TrainingEmbeddings batch)
        {
            using var sum = batch.Queries.sum();
            return sum.mul(double.NaN);
        }
    }

    /// <summary>A clock that goes on by one second whenever it is looked at.</summary>
    private sealed class TickingTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
    }

    private sealed class Inline(Action<StepRecord> report) : IProgress<StepRecord>
    {
        public void Report(StepRecord value) => report(value);
    }
}
