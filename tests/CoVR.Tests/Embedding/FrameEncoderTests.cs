using CoVR.Evaluation;
using CoVR.Retrieval;
using CoVR.Tests.Fakes;

namespace CoVR.Tests.Embedding;

/// <summary>Models whose encoder takes frames and texts.</summary>
[Collection("torch")]
public sealed class FrameEncoderTests
{
    private static readonly MediaItem Clip = new(new MediaId("clip"), MediaSource.FromFrames([ColourEncoder.Picture(1), ColourEncoder.Picture(2), ColourEncoder.Picture(1)]));

    [Fact]
    public async Task EmbedAsync_OfAVideoAmongPictures_KeepsTheFramesOfEach()
    {
        var pipeline = FakePipeline.Create(new FrameEncoder());

        await pipeline.CreateEmbeddingJob().EmbedAsync([FakePipeline.Corners[3], Clip, FakePipeline.Corners[5]], cancellationToken: TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken);

        var entries = await pipeline.Gallery.GetAsync([ColourEncoder.IdOf(3), Clip.Id, ColourEncoder.IdOf(5)], TestContext.Current.CancellationToken);
        Assert.Equal([[3], [1, 2, 1], [5]], entries.Select(entry => entry.Embedding.Values.ToArray().Chunk(8).Select(row => Array.IndexOf(row, 1f)).ToArray()));
    }

    [Fact]
    public async Task EmbedAsync_OfManyFrames_AsksForABatchAtATime()
    {
        var encoder = new FrameEncoder();
        var pipeline = FakePipeline.Create(encoder);

        await pipeline.CreateEmbeddingJob(new() { BatchSize = 2 }).EmbedAsync([Clip], cancellationToken: TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken);

        Assert.Equal([2, 1], encoder.Calls);
    }

    [Fact]
    public async Task SearchAsync_OfAComposedQuery_FindsTheFlippedCorner()
    {
        var pipeline = await FakePipeline.WithCornersAsync(new FrameEncoder());

        var result = await new ComposedRetriever(pipeline).SearchAsync(new ComposedQuery(FakePipeline.Corners[1].Source, "red blue"), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(ColourEncoder.IdOf(4), result.Hits[0].Id);
    }

    [Fact]
    public async Task EmbedQueriesAsync_OfMixedKinds_KeepsTheirOrder()
    {
        ComposedQuery[] queries = [new(null, "green"), new(FakePipeline.Corners[1].Source, "red"), new(FakePipeline.Corners[6].Source, null), new(null, "blue")];

        var byFrames = await FakePipeline.Create(new FrameEncoder()).EmbedQueriesAsync(queries, TestContext.Current.CancellationToken);
        var byPixels = await FakePipeline.Create().EmbedQueriesAsync(queries, TestContext.Current.CancellationToken);

        Assert.Equal([2, 0, 6, 4], byFrames.Select(set => Array.IndexOf(set.Values.ToArray(), 1f)));
        Assert.Equal(byPixels.Select(set => set.Values.ToArray()), byFrames.Select(set => set.Values.ToArray()));
    }

    [Fact]
    public async Task EmbedItemsAsync_OfMoreThanABatch_KeepsTheirOrder()
    {
        MediaSource[] items = [.. Enumerable.Range(0, 40).Select(i => FakePipeline.Corners[i % 8].Source)];

        var sets = await FakePipeline.Create().EmbedItemsAsync(items, TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 40).Select(i => i % 8), sets.Select(set => Array.IndexOf(set.Values.ToArray(), 1f)));
    }

    [Fact]
    public async Task EmbedAsync_WithTooFewAnswers_FailsTheItems()
    {
        var pipeline = FakePipeline.Create(new FrameEncoder { Change = sets => [.. sets.Skip(1)] });

        var outcomes = await pipeline.CreateEmbeddingJob().EmbedAsync(FakePipeline.Corners, cancellationToken: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.All(outcomes, outcome => Assert.Contains("for 1 rows", outcome.Failure!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EmbedAsync_WithAnErrorOfAllItems_EndsTheJob()
    {
        var pipeline = FakePipeline.Create(new FrameEncoder { Failure = new ServiceGoneException() });

        await Assert.ThrowsAsync<ServiceGoneException>(() => pipeline.CreateEmbeddingJob().EmbedAsync(FakePipeline.Corners, cancellationToken: TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Empty(await pipeline.Gallery.GetFailuresAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task EvaluateAsync_OfEveryKindOfQuery_MeasuresWhatAnEncoderOfPixelsDoes()
    {
        var options = new EvaluationOptions { Queries = [QueryKind.Composed, QueryKind.TextOnly, QueryKind.ImageOnly, QueryKind.Average], BatchSize = 5 };
        var reports = new List<IEnumerable<IEnumerable<KeyValuePair<string, double>>>>();
        foreach (var pipeline in new[] { await FakePipeline.WithCornersAsync(), await FakePipeline.WithCornersAsync(new FrameEncoder()) })
        {
            var results = await new Evaluator(pipeline).EvaluateAsync(
                CornerReader.Dataset, new CornerReader(), new RecallProtocol(), options, cancellationToken: TestContext.Current.CancellationToken);
            reports.Add(results.Select(result => result.Report.Metrics));
        }

        Assert.Equal(4, reports[0].Count());
        Assert.Equal(reports[0], reports[1]);
    }

    private sealed class ServiceGoneException() : CoVRException("gone")
    {
        public override bool EndsJob => true;
    }
}
