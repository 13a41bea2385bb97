using CoVR.Data;
using CoVR.Modeling;
using CoVR.Reranking.Training;
using Microsoft.Extensions.Options;

namespace CoVR.Reranking.Tests.Training;

[Collection("torch")]
public sealed class RerankerTrainerTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task TrainAsync_OfAFewTriplets_LearnsTheirAnswers()
    {
        await using var world = new TinyWorld();
        var card = await world.TrainAsync(new RerankerTrainingOptions { Steps = 150, BatchSize = 6, Candidates = 6, Width = 32, Layers = 2, Heads = 2, LearningRate = 3e-3 }, cancellationToken: Cancel);
        Assert.Equal((6, 6), (card.Triplets, card.ValidationQueries));
        Assert.True(card.RerankedRecall >= 80 && card.RerankedRecall > card.FirstPassRecall, $"R@1 {card.FirstPassRecall} -> {card.RerankedRecall}");
        Assert.Equal(card, RerankerCard.Read(world.Reranker));
        Assert.Equal(["reranker.json", "reranker.safetensors"], Directory.GetFiles(world.Reranker).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task TrainAsync_Interrupted_GoesOnToTheSameWeights()
    {
        await using var world = new TinyWorld();
        var whole = await world.TrainAsync(TinyWorld.Options, world.Reranker + "-whole", cancellationToken: Cancel);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.TrainAsync(
            TinyWorld.Options, progress: new Watching(at => { if (at is { Done: 7, Activity: not null }) { stop.Cancel(); } }), cancellationToken: stop.Token));
        var first = 0L;
        var resumed = await world.TrainAsync(
            TinyWorld.Options, progress: new Watching(at => first = first == 0 && at.Activity is not null ? at.Done : first), cancellationToken: Cancel);
        Assert.Equal((8, whole.WeightsSha256), (first, resumed.WeightsSha256));
    }

    [Fact]
    public async Task TrainAsync_WithTheStateOfAnotherTraining_SaysSo()
    {
        await using var world = new TinyWorld();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.TrainAsync(
            TinyWorld.Options, progress: new Watching(at => { if (at is { Done: 3, Activity: not null }) { stop.Cancel(); } }), cancellationToken: stop.Token));
        var error = await Assert.ThrowsAsync<CheckpointException>(() => world.TrainAsync(new RerankerTrainingOptions { Steps = 3, Width = 16, Layers = 1, Heads = 2 }, cancellationToken: Cancel));
        Assert.Contains("the state of a training with other data, weights or options", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrainAsync_WithUnreadablePictures_LeavesTheirTripletsOut()
    {
        await using var world = new TinyWorld();
        File.WriteAllText(world.Locate(TinyWorld.Id(5)).Path!, "no picture");
        Assert.Equal(5, (await world.TrainAsync(TinyWorld.Options, cancellationToken: Cancel)).Triplets);
    }

    [Fact]
    public async Task TrainAsync_WithFaultyOptions_ListsThem()
    {
        await using var world = new TinyWorld();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => world.TrainAsync(new RerankerTrainingOptions { Steps = 0, BatchSize = 0 }, cancellationToken: Cancel));
        Assert.Equal(2, error.Failures.Count());
    }

    [Fact]
    public async Task TrainAsync_WithoutAnswers_SaysSo()
    {
        await using var world = new TinyWorld();
        var trainer = new RerankerTrainer(await world.PipelineAsync());
        var none = world.Triplets with { Triplets = [new Triplet("0", TinyWorld.Id(0), "make it red", null)] };
        await Assert.ThrowsAsync<ArgumentException>(() => trainer.TrainAsync(none, none, world.Locate, world.Reranker, TinyWorld.Options, cancellationToken: Cancel));
    }

    private sealed class Watching(Action<JobProgress> watch) : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => watch(value);
    }
}
