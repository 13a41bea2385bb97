using CoVR.Retrieval;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Tests.Embedding;

/// <summary>Queries of parts through a pipeline: the corners of a colour cube, of which texts name the channels to switch.</summary>
[Collection("torch")]
public sealed class QueryEmbedderTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task SearchAsync_OfTheTwoPartsOfThePapers_GivesTheSameNumbersInEitherForm()
    {
        var pipeline = await FakePipeline.WithCornersAsync() with { Combiner = new Refusing() };
        ComposedQuery[] pairs = [new(Picture(3), "green"), new(Picture(5), null), new(null, "red blue")];
        ComposedQuery[] parts = [new([QueryPart.OfText("green"), QueryPart.OfMedia(Picture(3))]), new([QueryPart.OfMedia(Picture(5))]), new([QueryPart.OfText("red blue")])];
        foreach (var (one, other) in (await pipeline.EmbedQueriesAsync(pairs, Cancel)).Zip(await pipeline.EmbedQueriesAsync(parts, Cancel)))
        {
            Assert.Equal(one.Values.ToArray(), other.Values.ToArray());
        }

        using var retriever = new ComposedRetriever(pipeline);
        var result = await retriever.SearchAsync(parts[0], null, Cancel);
        Assert.Equal((ColourEncoder.IdOf(1), 1f), (result.Hits[0].Id, result.Hits[0].Score));
    }

    [Fact]
    public async Task SearchAsync_OfAnItem_UsesItsStoredEmbedding()
    {
        var encoder = new ColourEncoder();
        var pipeline = await FakePipeline.WithCornersAsync(encoder);
        var calls = encoder.VisualCalls;
        var hits = await HitsAsync(pipeline, QueryPart.OfItem(ColourEncoder.IdOf(6)));
        Assert.Equal((ColourEncoder.IdOf(6), 1f), (hits[0].Id, hits[0].Score));
        Assert.Equal(calls, encoder.VisualCalls);
    }

    [Fact]
    public async Task SearchAsync_OfAnItemWithAFileAndAText_LetsTheModelLookAtTheFile()
    {
        var hits = await HitsAsync(await FakePipeline.WithCornersAsync(), QueryPart.OfItem(ColourEncoder.IdOf(6), Picture(6)), QueryPart.OfText("red"));
        Assert.Equal((ColourEncoder.IdOf(7), 1f), (hits[0].Id, hits[0].Score));
    }

    [Fact]
    public async Task SearchAsync_OfAnItemWithoutFileAndAText_AddsTheirEmbeddings()
    {
        var hits = await HitsAsync(await FakePipeline.WithCornersAsync(), QueryPart.OfItem(ColourEncoder.IdOf(6)), QueryPart.OfText("red"));
        Assert.Equal([ColourEncoder.IdOf(1), ColourEncoder.IdOf(6)], hits.Take(2).Select(hit => hit.Id));
        Assert.Equal(MathF.Sqrt(0.5f), hits[1].Score, 5);
    }

    [Fact]
    public async Task SearchAsync_OfAnUnknownItem_NamesIt()
    {
        var error = await Assert.ThrowsAsync<QueryException>(async () => await HitsAsync(await FakePipeline.WithCornersAsync(), QueryPart.OfItem(new MediaId("nowhere")), QueryPart.OfText("red")));
        Assert.Equal("item nowhere", error.Part);
        Assert.Contains("gallery", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchAsync_OfSeveralPictures_ReadsAndEncodesEachOnce()
    {
        var (reader, encoder) = (new FakeFrameReader(), new ColourEncoder());
        var pipeline = await FakePipeline.WithCornersAsync(encoder, reader);
        var (before, calls) = (reader.Reads, encoder.VisualCalls);
        var (one, two) = (Picture(1), Picture(2));
        await HitsAsync(pipeline, QueryPart.OfMedia(one), QueryPart.OfMedia(two), QueryPart.OfMedia(one), QueryPart.OfText("red"), QueryPart.OfText("blue") with { Weight = 0.5f });
        Assert.Equal((2, 1), (reader.Reads - before, encoder.VisualCalls - calls));
    }

    [Fact]
    public async Task SearchAsync_WithAnUnwantedText_PutsItLast()
    {
        var hits = await HitsAsync(await FakePipeline.WithCornersAsync(), QueryPart.OfMedia(Picture(0)), QueryPart.OfText("red"), QueryPart.OfText("blue") with { Role = QueryRole.Unwanted });
        Assert.Equal((ColourEncoder.IdOf(1), ColourEncoder.IdOf(4)), (hits[0].Id, hits[^1].Id));
    }

    [Fact]
    public async Task UseQueryCombiner_OfAHostsOwn_IsAskedForSeveralPartsOnly()
    {
        var services = new ServiceCollection();
        services.AddCoVR().UseModel(FakePipeline.Model()).UseFrameReader<FakeFrameReader>().UseQueryCombiner<Refusing>();
        await using var host = services.BuildServiceProvider();
        var retriever = host.GetRequiredService<IComposedRetriever>();
        await retriever.SearchAsync(new ComposedQuery(Picture(1), "red"), null, Cancel);
        await Assert.ThrowsAsync<QueryException>(async () => await retriever.SearchAsync(new ComposedQuery([QueryPart.OfMedia(Picture(1)), QueryPart.OfMedia(Picture(2))]), null, Cancel));
    }

    private static MediaSource Picture(int corner) => MediaSource.FromFrames([ColourEncoder.Picture(corner)]);

    private static async Task<IReadOnlyList<SearchHit>> HitsAsync(RetrievalPipeline pipeline, params QueryPart[] parts)
    {
        using var retriever = new ComposedRetriever(pipeline);
        return (await retriever.SearchAsync(new ComposedQuery(parts), null, Cancel)).Hits;
    }

    private sealed class Refusing : IQueryCombiner
    {
        public string Name => "refusing";

        public ValueTask<EmbeddingSet> CombineAsync(
            ComposedQuery query, Func<IReadOnlyList<ComposedQuery>, CancellationToken, Task<IReadOnlyList<EmbeddingSet>>> embed, CancellationToken cancellationToken) =>
            throw new QueryException("query", "this combiner takes nothing.");
    }
}
