using CoVR.Modeling.Families;
using CoVR.TestSupport;
using CoVR.Training.Batches;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Runs;

[Collection("torch")]
public sealed class PrecisionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public async Task RunAsync_MixedPrecision_StaysNearThirtyTwoBitsAndResumesExactly(ScalarType precision)
    {
        var (exact, _) = await TrainAsync(ScalarType.Float32, null, null);
        var (mixed, weights) = await TrainAsync(precision, null, null);
        Assert.NotEqual(exact[0].Loss, mixed[0].Loss);
        Assert.Equal(exact[0].Loss, mixed[0].Loss, 0.05 * exact[0].Loss);
        await TrainAsync(precision, _folder["run"], 2);
        var (_, resumed) = await TrainAsync(precision, _folder["run"], null);
        Assert.Equal(weights, resumed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_CheckpointedVisualEncoder_TrainsAsWithoutBitForBit(bool second)
    {
        List<Dictionary<string, float[]>> ends = [];
        foreach (var blocks in new[] { 0, 2, 3 })
        {
            using var model = second ? KindModels.Blip2(vision: true, checkpointed: blocks) : KindModels.Blip(vision: true, checkpointed: blocks);
            var before = KindModels.Weights(model);
            await new Trainer(KindModels.Options()).RunAsync(KindModels.Run(model), null, Token);
            ends.Add(KindModels.Weights(model));
            Assert.Contains(KindModels.Changed(before, ends[^1]), name => name.StartsWith("visual_encoder.blocks.0.", StringComparison.Ordinal));
        }

        Assert.Equal(ends[0], ends[1]);
        Assert.Equal(ends[0], ends[2]);
    }

    [Fact]
    public async Task RunAsync_CheckpointedInSixteenBits_ComputesAgainInSixteenBits()
    {
        List<double[]> losses = [];
        foreach (var blocks in new[] { 0, 3 })
        {
            using var model = KindModels.Blip(vision: true, checkpointed: blocks);
            var log = new InMemoryRunLogger();
            await new Trainer(KindModels.Options(null, ScalarType.BFloat16)).RunAsync(
                KindModels.Run(model, loggers: log), null, Token);
            losses.Add([.. log.Steps.Select(step => step.Loss)]);
        }

        Assert.All(losses[0].Zip(losses[1]), pair => Assert.Equal(pair.First, pair.Second, 0.01 * pair.First));
    }

    [Fact]
    public async Task RunAsync_GradientsOverflow_ChangesNothingAndHalvesTheScale()
    {
        using var encoder = new TinyEncoder(1);
        var before = TinyRuns.Weights(encoder);
        var options = TinyRuns.Options();
        (options.Precision, options.MaxSteps, options.WarmupSteps, options.ClipNorm) = (ScalarType.Float16, 3, 0, null);
        List<float[]> seen = [];
        var run = TinyRuns.Composed(encoder, new FakeWorld { OnRead = _ => Task.CompletedTask }) with { Step = new OverflowingStep(encoder) };
        await new Trainer(options).RunAsync(run, new Watch(() => seen.Add(TinyRuns.Weights(encoder))), Token);
        Assert.Equal(before, seen[0]);
        Assert.NotEqual(before, seen[1]);
    }

    [Fact]
    public void After_GoodAndBadSteps_FollowsTorch()
    {
        var scale = LossScale.For(ScalarType.Float16)!;
        Assert.Equal(65536, scale.Factor);
        Assert.Equal(new LossScale(32768, 0), scale.After(finite: false));
        for (var step = 0; step < 2000; step++)
        {
            scale = scale.After(finite: true);
        }

        Assert.Equal(new LossScale(131072, 0), scale);
        Assert.Null(LossScale.For(ScalarType.BFloat16));
    }

    private static async Task<(IReadOnlyList<StepRecord> Steps, Dictionary<string, float[]> Weights)> TrainAsync(ScalarType precision, string? folder, int? stopAt)
    {
        using var model = KindModels.Blip(TrainableWeights.Composed, vision: true);
        var log = new InMemoryRunLogger();
        using var stop = new CancellationTokenSource();
        var run = KindModels.Run(model, loggers: log);
        var training = new Trainer(KindModels.Options(folder, precision)).RunAsync(run, new TinyRuns.StopAt(stopAt, stop), stop.Token);
        if (stopAt is null)
        {
            await training;
        }
        else
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => training);
        }

        return (log.Steps, KindModels.Weights(model));
    }

    private sealed class Watch(Action look) : IProgress<StepRecord>
    {
        public void Report(StepRecord value) => look();
    }

    /// <summary>The gradients of the first step are beyond all numbers.</summary>
    private sealed class OverflowingStep(TinyEncoder encoder) : ITrainingStep<ComposedBatch>
    {
        private int _steps;

        public IReadOnlyDictionary<string, nn.Module> Modules { get; } = new Dictionary<string, nn.Module> { ["model"] = encoder };

        public LossReport Compute(ComposedBatch batch, TrainingContext context)
        {
            using var scope = NewDisposeScope();
            using TorchSharp.Scalar factor = _steps++ == 0 ? 1e36 : 1;
            var loss = encoder.Vision.weight!.mul(factor).sum();
            return new LossReport(loss.MoveToOuterDisposeScope(), new Dictionary<string, double>());
        }
    }
}
