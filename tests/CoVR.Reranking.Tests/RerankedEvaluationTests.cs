using CoVR.Embedding;
using CoVR.Evaluation;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Reranking.Tests;

[Collection("torch")]
public sealed class RerankedEvaluationTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_WithARerankerThatKnowsTheAnswers_ReachesTheCeiling()
    {
        await using var world = new TinyWorld();
        var first = await EvaluateAsync(world);
        var pipeline = await world.PipelineAsync() with { Reranker = new Knowing(world), RerankedHits = 4 };
        var second = await RerankedEvaluation.RunAsync(pipeline, first, world, cancellationToken: Cancel);
        Assert.True(second.Report.Primary >= first.Report.Primary);
        Assert.Equal(second.Ceiling.Metrics, second.Report.Metrics);
        var within = first.Rankings.Zip(world.Triplets.Triplets).Count(pair => pair.First.Take(4).Any(hit => hit.Id == pair.Second.Target));
        Assert.Equal(100.0 * within / 6, second.Ceiling.Metrics["R@1"], 6);
        Assert.Equal((6, 24L, 0L, 4, "knowing"), (second.Reranked, second.Calls, second.Faults, second.Hits, second.Reranker));
    }

    [Fact]
    public async Task RunAsync_WhenTheFirstPassIsSure_ChangesNothing()
    {
        await using var world = new TinyWorld();
        var first = await EvaluateAsync(world);
        var pipeline = await world.PipelineAsync() with { Reranker = new Knowing(world), ConfidentMargin = 0 };
        var second = await RerankedEvaluation.RunAsync(pipeline, first, world, cancellationToken: Cancel);
        Assert.Equal(first.Report.Metrics, second.Report.Metrics);
        Assert.Equal((0, 0L, 0.0), (second.Reranked, second.Calls, second.SecondsPerQuery));
    }

    [Fact]
    public async Task RunAsync_WithoutReranker_SaysWhatToCall()
    {
        await using var world = new TinyWorld();
        var first = await EvaluateAsync(world);
        var pipeline = await world.PipelineAsync();
        Assert.Contains("UseReranker", (await Assert.ThrowsAsync<ArgumentException>(() => RerankedEvaluation.RunAsync(pipeline, first, world, cancellationToken: Cancel))).Message, StringComparison.Ordinal);
    }

    private static async Task<EvaluationResult> EvaluateAsync(TinyWorld world)
    {
        await foreach (var _ in world.Services.GetRequiredService<IEmbeddingJob>().EmbedAsync([.. world.Triplets.Candidates.Select(id => new MediaItem(id, world.Locate(id)))], cancellationToken: Cancel))
        {
        }

        return (await world.Services.GetRequiredService<Evaluator>().EvaluateAsync(world.Triplets, world, new RecallProtocol(), cancellationToken: Cancel))[0];
    }

    private sealed class Knowing(TinyWorld world) : IReranker
    {
        public string Name => "knowing";

        public string Fingerprint => "knowing";

        public ValueTask<IReadOnlyList<(float Score, CoVRException? Fault)>> ScoreAsync(
            ComposedQuery query, IReadOnlyList<(SearchHit Hit, MediaSource? Media)> candidates, CancellationToken cancellationToken = default)
        {
            var answer = world.Triplets.Triplets.Single(triplet => triplet.Modification == query.Modification).Target;
            return ValueTask.FromResult<IReadOnlyList<(float, CoVRException?)>>([.. candidates.Select(candidate => (candidate.Hit.Id == answer ? 1f : 0, (CoVRException?)null))]);
        }
    }
}
