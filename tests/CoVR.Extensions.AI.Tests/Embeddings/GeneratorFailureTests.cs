using CoVR.Extensions.AI.Embeddings;
using CoVR.Extensions.AI.Tests.Fakes;
using CoVR.TestSupport.AI;
using CoVR.TestSupport.Downloads;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CoVR.Extensions.AI.Tests.Embeddings;

/// <summary>Embedding services that fail: one bad item fails alone, a service that is gone ends the job, and errors say what to do.</summary>
[Collection("torch")]
public sealed class GeneratorFailureTests : IAsyncDisposable
{
    private readonly ModelServer _server = Colours.Server();
    private readonly HurriedTime _time = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Embed_OfAnItemThatTheServiceRejects_FailsThatOneAlone(string protocol)
    {
        _server.Refuse = input => input.StartsWith("data:", StringComparison.Ordinal) && Colours.Embed(input)[2] > 1 ? ScriptedReply.Text(400, """{"error":{"message":"unsafe picture"}}""") : null;
        await using var services = Services(protocol: protocol);

        var outcomes = await EmbedAsync(services);

        var failed = Assert.Single(outcomes, outcome => outcome.Status == EmbedStatus.Failed);
        Assert.Equal("blue", failed.Id.Value);
        Assert.Equal(3, await services.GetRequiredService<IGallery>().CountAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.IsType<EmbeddingServiceException>(failed.Failure);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Embed_WhileTheServiceThrottles_Waits(string protocol)
    {
        await using var services = Services(options => options.Dimensions = 3, protocol);
        _server.Faults.Enqueue(ScriptedReply.Text(429, """{"error":{"message":"slow down"}}"""));
        _server.Faults.Enqueue(ScriptedReply.Text(503, "{}"));

        var outcomes = await EmbedAsync(services);

        Assert.All(outcomes, outcome => Assert.Equal(EmbedStatus.Embedded, outcome.Status));
        Assert.Equal(2, _time.Waits.Count(wait => wait >= TimeSpan.FromMilliseconds(100)));
    }

    [Theory]
    [InlineData("openai", 429, "throttles")]
    [InlineData("openai", 401, "Check the key")]
    [InlineData("openai", 404, "model")]
    [InlineData("ollama", 429, "throttles")]
    [InlineData("ollama", 401, "Check the key")]
    public async Task Embed_WithAServiceThatRefusesAll_EndsTheJob(string protocol, int status, string reason)
    {
        await using var services = Services(options => (options.Dimensions, options.Retries) = (3, 1), protocol);
        _server.Refuse = _ => ScriptedReply.Text(status, """{"error":{"message":"refused secret"}}""");

        var error = await Assert.ThrowsAsync<EmbeddingServiceException>(() => EmbedAsync(services));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.Equal("colours", error.Model);
        Assert.True(error.EndsJob);
        Assert.InRange(_server.Requests.Count, 1, 2);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Embed_AfterTheServiceIsGone_KeepsWhatIsStored(string protocol)
    {
        var server = Colours.Server();
        await using var services = new ServiceCollection().AddSingleton<TimeProvider>(_time).AddCoVR()
            .UseServer(server, options => (options.Dimensions, options.Retries) = (3, 1), protocol).Services.BuildServiceProvider();
        await EmbedAsync(services);
        await server.DisposeAsync();

        var error = await Assert.ThrowsAsync<EmbeddingServiceException>(() => EmbedAsync(services, [.. Colours.Items, Colours.Item("black", 0, 0, 0)]));

        Assert.Contains("cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, await services.GetRequiredService<IGallery>().CountAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Empty(await services.GetRequiredService<IGallery>().GetFailuresAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Search_WithAnAnswerThatIsNoJson_SaysSo(string protocol)
    {
        await using var services = Services(options => options.Dimensions = 3, protocol);
        _server.Faults.Enqueue(ScriptedReply.Text(200, "<html>", ("Content-Type", "application/json")));

        var error = await Assert.ThrowsAsync<EmbeddingServiceException>(() => SearchAsync(services));

        Assert.Contains("not what its protocol says", error.Message, StringComparison.Ordinal);
        Assert.False(error.EndsJob);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Search_WithACutAnswer_AsksAgain(string protocol)
    {
        await using var services = Services(options => options.Dimensions = 3, protocol);
        await EmbedAsync(services);
        _server.Faults.Enqueue(ScriptedReply.Text(200, """{"embeddings":[[1,2""", ("Content-Type", "application/json")) with { CutAfter = 10 });

        var result = await SearchAsync(services);

        Assert.Equal("red", result.Hits[0].Id.Value);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Search_CancelledDuringARequest_Ends(string protocol)
    {
        await using var services = Services(options => options.Dimensions = 3, protocol);
        using var stop = new CancellationTokenSource();
        _server.Faults.Enqueue(ScriptedReply.Text(200, "{") with { StallAfter = 1, Headers = [("Content-Length", "100")], Sent = stop.Cancel });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => services.GetRequiredService<IComposedRetriever>().SearchAsync(new ComposedQuery(null, "red"), cancellationToken: stop.Token).AsTask());
    }

    [Fact]
    public async Task Embed_CancelledDuringARequest_Ends()
    {
        await using var services = Services(options => options.Dimensions = 3);
        using var stop = new CancellationTokenSource();
        _server.Faults.Enqueue(ScriptedReply.Text(200, "{") with { StallAfter = 1, Headers = [("Content-Length", "100")], Sent = stop.Cancel });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => services.GetRequiredService<IEmbeddingJob>().EmbedAsync(Colours.Items, cancellationToken: stop.Token).CountAsync(TestContext.Current.CancellationToken).AsTask());
    }

    [Fact]
    public async Task Embed_OfPicturesWithOtherDimensions_SaysThatTheSpacesDiffer()
    {
        await using var server = new ModelServer(input => input.StartsWith("data:", StringComparison.Ordinal) ? [1, 0, 0, 0] : [1, 0, 0]);
        await using var services = new ServiceCollection().AddCoVR().UseServer(server).Services.BuildServiceProvider();

        var outcomes = await EmbedAsync(services);

        Assert.All(outcomes, outcome => Assert.Contains("4 dimensions, not 3", outcome.Failure!.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "returned 0 embeddings for 1 inputs")]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinity")]
    public async Task Search_WithUnusableEmbeddings_SaysWhatIsWrong(float value, string reason)
    {
        using var faulty = new FaultyGenerator(value);
        await using var services = new ServiceCollection().AddCoVR().UseEmbeddingGenerators(_ => new PicturesAsTexts(faulty), _ => faulty).Services.BuildServiceProvider();

        var error = await Assert.ThrowsAsync<EmbeddingServiceException>(() => SearchAsync(services));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_OfOppositeParts_SaysThatTheyCancelOut()
    {
        await using var server = new ModelServer(input => input.StartsWith("data:", StringComparison.Ordinal) ? [1, 0, 0] : [-1, 0, 0]);
        await using var services = new ServiceCollection().AddCoVR().UseServer(server).Services.BuildServiceProvider();

        await Assert.ThrowsAsync<EmbeddingServiceException>(() => services.GetRequiredService<IComposedRetriever>().SearchAsync(
            new ComposedQuery(Colours.Items[0].Source, "not red"), cancellationToken: TestContext.Current.CancellationToken).AsTask());
    }

    [Fact]
    public async Task Load_OfGeneratorsWithoutNames_AsksForOne()
    {
        using var nameless = new FaultyGenerator(1) { Name = null };
        await using var services = new ServiceCollection().AddCoVR().UseEmbeddingGenerators(_ => new PicturesAsTexts(nameless), _ => nameless).Services.BuildServiceProvider();

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => SearchAsync(services));

        Assert.Contains("set Model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_OfWrongOptions_ListsAllFaults()
    {
        await using var services = Services(options => (options.ReferenceWeight, options.PictureSize, options.Retries) = (2, 1, -1));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => SearchAsync(services));

        Assert.Equal(3, error.Failures.Count());
    }

    private ServiceProvider Services(Action<EmbeddingGeneratorsOptions>? configure = null, string protocol = "openai") =>
        new ServiceCollection().AddSingleton<TimeProvider>(_time).AddCoVR().UseServer(_server, configure, protocol).Services.BuildServiceProvider();

    private static async Task<List<EmbedOutcome>> EmbedAsync(ServiceProvider services, MediaItem[]? items = null) =>
        await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(items ?? Colours.Items, cancellationToken: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

    private static Task<SearchResult> SearchAsync(ServiceProvider services) =>
        services.GetRequiredService<IComposedRetriever>().SearchAsync(new ComposedQuery(null, "red"), cancellationToken: TestContext.Current.CancellationToken).AsTask();

    /// <summary>Embeds every input as one number; 0: returns nothing.</summary>
    private sealed class FaultyGenerator(float value) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public string? Name { get; init; } = "faulty";

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Where(_ => value != 0).Select(_ => new Embedding<float>(new[] { value, 1f }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("test", null, Name, 2) : null;

        public void Dispose()
        {
        }
    }
}
