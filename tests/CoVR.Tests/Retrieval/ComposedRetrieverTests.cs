using CoVR.Modeling;
using CoVR.Retrieval;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using static TorchSharp.torch;

namespace CoVR.Tests.Retrieval;

[Collection("torch")]
public sealed class ComposedRetrieverTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task SearchAsync_ByReferenceAndText_FindsTheChangedColour()
    {
        using var retriever = await CreateAsync();
        var hits = (await retriever.SearchAsync(new ComposedQuery(Picture(0b001), "switch Green and blue"), null, Cancel)).Hits;
        Assert.Equal(ColourEncoder.IdOf(0b111), hits[0].Id);
        Assert.Equal(1, hits[0].Score);
        Assert.Equal(8, hits.Count);
    }

    [Fact]
    public async Task SearchAsync_ByReferenceAlone_FindsTheReference()
    {
        using var retriever = await CreateAsync();
        Assert.Equal(ColourEncoder.IdOf(5), (await retriever.SearchAsync(new ComposedQuery(Picture(5), null), null, Cancel)).Hits[0].Id);
    }

    [Fact]
    public async Task SearchAsync_ByTextAlone_FindsTheNamedColour()
    {
        using var retriever = await CreateAsync();
        Assert.Equal(ColourEncoder.IdOf(3), (await retriever.SearchAsync(new ComposedQuery(null, "red green"), null, Cancel)).Hits[0].Id);
    }

    [Fact]
    public async Task SearchAsync_WithExclusion_LeavesTheReferenceOut()
    {
        using var retriever = await CreateAsync();
        var options = new SearchOptions { Top = 3, Exclude = new HashSet<MediaId> { ColourEncoder.IdOf(5) } };
        var hits = (await retriever.SearchAsync(new ComposedQuery(Picture(5), null), options, Cancel)).Hits;
        Assert.Equal(3, hits.Count);
        Assert.DoesNotContain(ColourEncoder.IdOf(5), hits.Select(hit => hit.Id));
    }

    [Fact]
    public async Task SearchAsync_OfAVideo_LooksAtTheMiddleFrame()
    {
        using var retriever = await CreateAsync();
        var video = MediaSource.FromFrames([ColourEncoder.Picture(1), ColourEncoder.Picture(6), ColourEncoder.Picture(2)]);
        Assert.Equal(ColourEncoder.IdOf(6), (await retriever.SearchAsync(new ComposedQuery(video, null), null, Cancel)).Hits[0].Id);
    }

    [Fact]
    public async Task SearchAsync_FromManyCallers_AnswersEach()
    {
        using var retriever = await CreateAsync();
        var corners = Enumerable.Range(0, 64).Select(i => i % 8).ToArray();
        var found = await Task.WhenAll(corners.Select(async corner => (await retriever.SearchAsync(new ComposedQuery(Picture(corner), "red"), null, Cancel)).Hits[0].Id));
        Assert.Equal(corners.Select(corner => ColourEncoder.IdOf(corner ^ 1)), found);
    }

    [Fact]
    public async Task SearchAsync_OfAMissingFile_NamesIt()
    {
        using var retriever = await CreateAsync();
        var error = await Assert.ThrowsAsync<MediaReadException>(async () => await retriever.SearchAsync(new ComposedQuery("nowhere.jpg", null), null, Cancel));
        Assert.Equal("nowhere.jpg", error.Media);
        Assert.Equal(8, (await retriever.SearchAsync(new ComposedQuery(null, "red"), null, Cancel)).Hits.Count);
    }

    [Fact]
    public async Task SearchAsync_Cancelled_Ends()
    {
        using var retriever = await CreateAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await retriever.SearchAsync(new ComposedQuery(null, "red"), null, new CancellationToken(true)));
    }

    [Fact]
    public async Task SearchAsync_AfterAFailedStart_TriesAgain()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        var attempts = 0;
        using var retriever = new ComposedRetriever(new MadePipeline(() => attempts++ == 0 ? throw new FileNotFoundException("weights") : pipeline));
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await retriever.SearchAsync(new ComposedQuery(null, "red"), null, Cancel));
        Assert.NotEmpty((await retriever.SearchAsync(new ComposedQuery(null, "red"), null, Cancel)).Hits);
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task SearchAsync_AfterAnotherUpsert_FindsIt()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        using var retriever = new ComposedRetriever(pipeline);
        Assert.Equal(8, (await retriever.SearchAsync(new ComposedQuery(null, "red"), null, Cancel)).Candidates);

        await pipeline.Gallery.WriteAsync(new MediaId("own"), new EmbeddingSet(new float[] { 0, 2, 0, 0, 0, 0, 0, 0 }, 1, 8), Cancel);
        await pipeline.Gallery.RemoveAsync([ColourEncoder.IdOf(7)], Cancel);

        var result = await retriever.SearchAsync(new ComposedQuery(null, "red"), null, Cancel);
        Assert.Equal(("own", 8L), (result.Hits[0].Id.Value, result.Candidates));
        Assert.DoesNotContain(ColourEncoder.IdOf(7), result.Hits.Select(hit => hit.Id));
    }

    [Fact]
    public void Constructor_DoesNotMakeThePipeline()
    {
        using var retriever = new ComposedRetriever(new MadePipeline(() => throw new InvalidOperationException()));
    }

    [Fact]
    public async Task SearchAsync_WhenTheHostIsDisposed_EndsEverySearchAndLetsTheModelFinish()
    {
        using var encoder = new HeldEncoder();
        var services = new ServiceCollection();
        services.AddCoVR().UseModel((_, _) => FakePipeline.Model(encoder)).Configure(options => options.ConcurrentQueries = 1);
        var host = services.BuildServiceProvider();
        var retriever = host.GetRequiredService<IComposedRetriever>();
        var searches = Enumerable.Range(0, 4).Select(corner => Task.Run(async () => await retriever.SearchAsync(new ComposedQuery(Picture(corner), null)))).ToArray();
        encoder.Entered.Wait(Cancel);
        var model = host.Model();

        var disposal = Task.Run(async () => await host.DisposeAsync(), Cancel);
        await RefusedAsync(model);
        Assert.False(disposal.IsCompleted);
        encoder.MayGoOn.Set();

        await disposal.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        var ends = await Task.WhenAll(searches.Select(async search => await Record.ExceptionAsync(() => search.WaitAsync(TimeSpan.FromSeconds(30), Cancel))));
        Assert.All(ends, end => Assert.True(end is null or ObjectDisposedException, $"{end}"));
        Assert.True(ends.Count(end => end is ObjectDisposedException) >= 3);
        Assert.False(encoder.WasDisposedDuringACall);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await retriever.SearchAsync(new ComposedQuery(Picture(1), null), null, Cancel));
    }

    /// <summary>Ends when the model's disposal has begun.</summary>
    private static async Task RefusedAsync(ComposedModel model)
    {
        while (Record.Exception(() => model.Borrow().Dispose()) is null)
        {
            await Task.Delay(5, Cancel);
        }
    }

    private static MediaSource Picture(int corner) => MediaSource.FromFrames([ColourEncoder.Picture(corner)]);

    private static async Task<ComposedRetriever> CreateAsync()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        return new ComposedRetriever(pipeline, concurrentQueries: 2);
    }

    private sealed class MadePipeline(Func<RetrievalPipeline> make) : IPipelineProvider
    {
        public ValueTask<RetrievalPipeline> GetAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(make());
    }

    /// <summary>An encoder whose first call waits until the test lets it go on.</summary>
    private sealed class HeldEncoder : IComposedEncoder, IDisposable
    {
        private readonly ColourEncoder _inner = new();
        private volatile bool _disposed;

        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim MayGoOn { get; } = new();

        public bool WasDisposedDuringACall { get; private set; }

        public int Vectors => _inner.Vectors;

        public int Dimensions => _inner.Dimensions;

        public Tensor EncodeVisual(Tensor pixels)
        {
            Entered.Set();
            MayGoOn.Wait();
            WasDisposedDuringACall |= _disposed;
            return _inner.EncodeVisual(pixels);
        }

        public Tensor EncodeTarget(Tensor visualTokens) => _inner.EncodeTarget(visualTokens);

        public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both) => _inner.EncodeQuery(visualTokens, modification, parts);

        public Tensor EncodeCaption(TokenBatch caption) => _inner.EncodeCaption(caption);

        public void Dispose() => _disposed = true;
    }
}
