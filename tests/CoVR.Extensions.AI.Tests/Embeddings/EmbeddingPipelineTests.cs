using System.Collections.Concurrent;
using System.Diagnostics;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoVR.Extensions.AI.Tests.Embeddings;

/// <summary>The steps of Microsoft.Extensions.AI around a pipeline's generator.</summary>
[Collection("torch")]
public sealed class EmbeddingPipelineTests
{
    private readonly ConcurrentQueue<int> _calls = new();

    [Fact]
    public async Task Cache_OfTheSameQuery_EmbedsOnce()
    {
        using var folder = new TemporaryFolder();
        TinyPictures.Write(folder["a.png"], 1);
        await using var services = Cached(new ServiceCollection().AddDistributedMemoryCache(), "blip");
        var generator = services.Generator<ComposedQuery>();

        var first = await generator.GenerateAsync(new ComposedQuery(folder["a.png"], "make it red"), cancellationToken: TestContext.Current.CancellationToken);
        var second = await generator.GenerateAsync(new ComposedQuery(folder["a.png"], "make it red"), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([1], _calls);
        Assert.Equal(first.Vector.ToArray(), second.Vector.ToArray());
    }

    [Fact]
    public async Task Cache_OfAChangedFile_EmbedsAnew()
    {
        using var folder = new TemporaryFolder();
        await using var services = Cached(new ServiceCollection().AddDistributedMemoryCache(), "blip");
        TinyPictures.Write(folder["a.png"], 1);
        var first = await services.Generator<ComposedQuery>().GenerateAsync(new ComposedQuery(folder["a.png"], null), cancellationToken: TestContext.Current.CancellationToken);

        TinyPictures.Write(folder["a.png"], 2);
        var second = await services.Generator<ComposedQuery>().GenerateAsync(new ComposedQuery(folder["a.png"], null), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([1, 1], _calls);
        Assert.NotEqual(first.Vector.ToArray(), second.Vector.ToArray());
    }

    [Fact]
    public async Task Cache_SharedByTwoModels_KeepsThemApart()
    {
        var cache = new ServiceCollection().AddDistributedMemoryCache().BuildServiceProvider().GetRequiredService<IDistributedCache>();
        await using var blip = Cached(new ServiceCollection().AddSingleton(cache), "blip");
        await using var blip2 = Cached(new ServiceCollection().AddSingleton(cache), "blip2");

        var first = await blip.Generator<ComposedQuery>().GenerateAsync(new ComposedQuery(null, "red"), cancellationToken: TestContext.Current.CancellationToken);
        var second = await blip2.Generator<ComposedQuery>().GenerateAsync(new ComposedQuery(null, "red"), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([1, 1], _calls);
        Assert.NotEqual(first.Vector.ToArray(), second.Vector.ToArray());
    }

    [Fact]
    public async Task OpenTelemetry_OfACall_NamesTheModel()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "covr.tests" or "CoVR",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var builder = new ServiceCollection().AddCoVR().UseTiny("blip");
        builder.AddEmbeddingGenerator<ComposedQuery>().UseOpenTelemetry(sourceName: "covr.tests");
        await using var services = builder.Services.BuildServiceProvider();

        var embedding = await services.Generator<ComposedQuery>().GenerateAsync(new ComposedQuery(null, "red"), cancellationToken: TestContext.Current.CancellationToken);

        var outer = Assert.Single(ended, activity => activity.Source.Name == "covr.tests");
        var inner = Assert.Single(ended, activity => activity.ParentSpanId == outer.SpanId);
        Assert.Equal(embedding.ModelId, outer.GetTagItem("gen_ai.request.model"));
        Assert.Equal(("embeddings", 8), (inner.GetTagItem("gen_ai.operation.name"), inner.GetTagItem("gen_ai.embeddings.dimension.count")));
    }

    [Fact]
    public async Task Logging_OfACall_IsWritten()
    {
        var lines = new ConcurrentQueue<string>();
        var builder = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Lines(lines))).AddCoVR().UseTiny("blip");
        builder.AddEmbeddingGenerator<string>().UseLogging();
        await using var services = builder.Services.BuildServiceProvider();

        await services.Generator<string>().GenerateAsync("red", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Contains(lines, line => line.Contains("GenerateAsync", StringComparison.Ordinal));
    }

    private ServiceProvider Cached(IServiceCollection collection, string family)
    {
        var builder = collection.AddCoVR().UseTiny(family);
        builder.AddEmbeddingGenerator<ComposedQuery>().UseDistributedCache().Use((values, options, inner, cancellationToken) =>
        {
            ComposedQuery[] queries = [.. values];
            _calls.Enqueue(queries.Length);
            return inner.GenerateAsync(queries, options, cancellationToken);
        });
        return builder.Services.BuildServiceProvider();
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
