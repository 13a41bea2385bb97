using System.Collections.Concurrent;
using System.Diagnostics;
using CoVR.Retrieval;
using CoVR.Tests.Fakes;

namespace CoVR.Tests;

/// <summary>The names that OpenTelemetry's conventions give to embeddings and database calls.</summary>
[Collection("torch")]
public sealed class ActivityTests : IDisposable
{
    // Other tests record too.
    private readonly Activity _test = new Activity("test").Start();
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public ActivityTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "CoVR",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _test.TraceId)
                {
                    _ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _test.Dispose();
    }

    [Fact]
    public async Task SearchAsync_WithAListener_RecordsTheEmbeddingAndTheGalleryCall()
    {
        var pipeline = await FakePipeline.WithCornersAsync();

        await new ComposedRetriever(pipeline).SearchAsync(new ComposedQuery(null, "red"), new SearchOptions { Top = 3 }, TestContext.Current.CancellationToken);

        var search = Assert.Single(_ended, activity => activity.OperationName == "covr.search");
        var embeddings = Assert.Single(_ended, activity => activity.OperationName == "embeddings colours" && activity.ParentSpanId == search.SpanId);
        var gallery = Assert.Single(_ended, activity => activity.OperationName == "search in memory" && activity.ParentSpanId == search.SpanId);
        Assert.Equal(("embeddings", "colours", 8), (embeddings.GetTagItem("gen_ai.operation.name"), embeddings.GetTagItem("gen_ai.request.model"), embeddings.GetTagItem("gen_ai.embeddings.dimension.count")));
        Assert.Equal(("covr", "search", "in memory", 3), (gallery.GetTagItem("db.system.name"), gallery.GetTagItem("db.operation.name"), gallery.GetTagItem("db.collection.name"), gallery.GetTagItem("db.response.returned_rows")));
    }

    [Fact]
    public async Task EmbedAsync_WithAListener_RecordsBatches()
    {
        await FakePipeline.WithCornersAsync();

        Assert.Equal(8, _ended.Where(activity => activity.OperationName == "embeddings colours").Sum(activity => (int)activity.GetTagItem("covr.items")!));
        Assert.Equal(8, _ended.Where(activity => activity.OperationName == "upsert in memory").Sum(activity => (int)activity.GetTagItem("db.operation.batch.size")!));
    }

    [Fact]
    public async Task SearchAsync_ThatFails_RecordsTheErrorType()
    {
        var pipeline = FakePipeline.Create(new FrameEncoder { Failure = new TimeoutException("late") });

        await Assert.ThrowsAsync<TimeoutException>(() => new ComposedRetriever(pipeline).SearchAsync(new ComposedQuery(null, "red"), cancellationToken: TestContext.Current.CancellationToken).AsTask());

        var embeddings = Assert.Single(_ended, activity => activity.OperationName == "embeddings colours");
        Assert.Equal((ActivityStatusCode.Error, "System.TimeoutException"), (embeddings.Status, embeddings.GetTagItem("error.type")));
    }
}
