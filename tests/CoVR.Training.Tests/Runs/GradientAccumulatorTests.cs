using CoVR.Training.Batches;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Runs;

[Collection("torch")]
public sealed class GradientAccumulatorTests : IDisposable
{
    private readonly CoVR.TestSupport.TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunAsync_AccumulatedBatches_StepAsOneBatchOfTheirItems()
    {
        var whole = await Train(12, 1);
        var parts = await Train(3, 4);
        Assert.Equal(whole.Steps, parts.Steps);
        Assert.Equal(whole.Losses.Length, parts.Losses.Length);
        Assert.All(whole.Losses.Zip(parts.Losses), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.All(whole.Weights.Zip(parts.Weights), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public async Task RunAsync_LastStepOfAnEpoch_MayHaveFewerBatches()
    {
        using var encoder = new TinyEncoder(1);
        var log = new InMemoryRunLogger();
        var options = TinyRuns.Options();
        options.AccumulatedBatches = 4;
        var result = await new Trainer(options).RunAsync(TinyRuns.Composed(encoder, log), null, Token);
        Assert.Equal((6, 3), (result.Steps, log.Epochs.Count));
        Assert.Equal(log.Steps.Take(2).Average(step => step.Loss), log.Epochs[0].MeanLoss, 1e-12);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(33)]
    [InlineData(60)]
    [InlineData(95)]
    [InlineData(130)]
    public async Task RunAsync_CancelledWithinAStep_ResumesBitForBit(int read)
    {
        float[] expected;
        using (var encoder = new TinyEncoder(1))
        {
            await new Trainer(Options(null)).RunAsync(TinyRuns.Composed(encoder), null, Token);
            expected = TinyRuns.Weights(encoder);
        }

        using (var encoder = new TinyEncoder(1))
        using (var stop = new CancellationTokenSource())
        {
            var reads = 0;
            var world = new FakeWorld
            {
                OnRead = _ =>
                {
                    if (Interlocked.Increment(ref reads) == read)
                    {
                        stop.Cancel();
                    }

                    return Task.CompletedTask;
                },
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => new Trainer(Options(_folder["run"])).RunAsync(TinyRuns.Composed(encoder, world), null, stop.Token));
        }

        using var resumed = new TinyEncoder(99);
        await new Trainer(Options(_folder["run"])).RunAsync(TinyRuns.Composed(resumed), null, Token);
        Assert.Equal(expected, TinyRuns.Weights(resumed));
    }

    private static TrainingOptions Options(string? folder)
    {
        var options = TinyRuns.Options();
        (options.OutputFolder, options.AccumulatedBatches, options.WarmupSteps) = (folder, 4, 1);
        return options;
    }

    private static async Task<(long Steps, double[] Losses, float[] Weights)> Train(int batchSize, int accumulated)
    {
        using var encoder = new TinyEncoder(1, dropout: 0);
        var world = new FakeWorld();
        var log = new InMemoryRunLogger();
        var options = TinyRuns.Options();
        options.AccumulatedBatches = accumulated;
        var run = new TrainingRun<ComposedBatch>
        {
            Step = new DistanceStep(encoder),
            Batches = new TrainingBatcher(
                world.Triplets,
                new ItemSampler(world.Triplets.Count, batchSize, shuffle: false),
                new ComposedBatchSources { Texts = world.Texts, Targets = world, References = new Plain(world) }),
            Loggers = [log],
        };
        var result = await new Trainer(options).RunAsync(run, null, Token);
        return (result.Steps, [.. log.Steps.Select(step => step.Loss)], TinyRuns.Weights(encoder));
    }

    /// <summary>The same pixels in any batch.</summary>
    private sealed class Plain(FakeWorld world) : IPixelSource
    {
        public CoVR.Modeling.ImageInput Input => world.Input;

        public ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken) =>
            world.ReadAsync(id, new Random(3), destination, cancellationToken);
    }

    /// <summary>A loss that is a mean over items, so that the mean over batches is the mean over all.</summary>
    private sealed class DistanceStep(TinyEncoder encoder) : ITrainingStep<ComposedBatch>
    {
        public IReadOnlyDictionary<string, nn.Module> Modules { get; } = new Dictionary<string, nn.Module> { ["model"] = encoder };

        public LossReport Compute(ComposedBatch batch, TrainingContext context)
        {
            using var scope = NewDisposeScope();
            var queries = encoder.EncodeQuery(encoder.EncodeVisual(batch.References!.ToTensor(CPU)), batch.Modifications).squeeze(1);
            var targets = tensor(batch.Targets!.Values.ToArray(), [batch.Triplets.Count, 8]);
            var loss = (queries - targets).pow(2).sum(1).mean();
            return new LossReport(loss.MoveToOuterDisposeScope(), new Dictionary<string, double> { ["distance"] = loss.item<float>() });
        }
    }
}
