using System.Diagnostics;
using CoVR.Embedding;

namespace CoVR.Retrieval;

/// <summary>Answers composed queries: reads the reference, encodes it with the text, searches the gallery. Queries of more parts go through the pipeline's combiner.</summary>
/// <remarks>Safe for any number of threads. Model and gallery are opened by the first search; each search sees the gallery as it is then.</remarks>
internal sealed class ComposedRetriever : IComposedRetriever, IDisposable
{
    private readonly IPipelineProvider _provider;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _encoding;
    private volatile bool _disposed;

    /// <summary>Creates a retriever.</summary>
    /// <param name="pipeline">Provides the pipeline for every search.</param>
    /// <param name="concurrentQueries">How many queries are encoded concurrently, at least 1; further ones wait.</param>
    /// <param name="time">The clock of timings and meters; null for the system's.</param>
    public ComposedRetriever(IPipelineProvider pipeline, int concurrentQueries = 1, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrentQueries, 1);
        (_provider, _time, _encoding) = (pipeline, time ?? TimeProvider.System, new SemaphoreSlim(concurrentQueries));
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The retriever, or the host with its model, was disposed.</exception>
    public async ValueTask<SearchResult> SearchAsync(ComposedQuery query, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var start = _time.GetTimestamp();
        using var activity = CoVRDiagnostics.Activities.StartActivity("covr.search");
        activity?.SetTag("covr.query.parts", QueryPair.KindOf(query));
        try
        {
            var result = await AnswerAsync(query, options ?? SearchOptions.Default, cancellationToken).ConfigureAwait(false);
            activity?.SetTag("covr.hits", result.Hits.Count);
            return result;
        }
        catch (Exception error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
            throw;
        }
        finally
        {
            CoVRDiagnostics.SearchDuration.Record(_time.GetElapsedTime(start).TotalSeconds, KeyValuePair.Create("covr.query.parts", (object?)QueryPair.KindOf(query)));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _disposed = true;

    private async Task<SearchResult> AnswerAsync(ComposedQuery query, SearchOptions options, CancellationToken cancellationToken)
    {
        var pipeline = await _provider.GetAsync(cancellationToken).ConfigureAwait(false);
        var start = _time.GetTimestamp();
        var pair = QueryPair.Of(query) is { Item: null } plain ? plain : null;
        using var reference = pair?.Media is not { } media ? null : await PreparedMedia.ReadReferenceAsync(pipeline, media, cancellationToken).ConfigureAwait(false);
        var read = _time.GetTimestamp();
        var embedding = await EncodeAsync(
            async () => pair is null
                ? (await pipeline.EmbedQueriesAsync([query], cancellationToken).ConfigureAwait(false))[0]
                : (await ModelCalls.EncodeQueriesAsync(pipeline.Model, reference is null ? [] : [reference], [pair.Text ?? string.Empty], pair.Parts, cancellationToken).ConfigureAwait(false))[0],
            cancellationToken).ConfigureAwait(false);
        var encoded = _time.GetTimestamp();
        var reranking = new RerankingPass(pipeline);
        var result = await SearchAsync(pipeline.Gallery, new GalleryQuery(embedding, reranking.Widen(options)), cancellationToken).ConfigureAwait(false);
        result = result with
        {
            ReadingTime = _time.GetElapsedTime(start, read),
            EncodingTime = _time.GetElapsedTime(read, encoded),
            SearchingTime = _time.GetElapsedTime(encoded),
        };
        return reranking.Narrow(await reranking.RunAsync(query, result, null, cancellationToken).ConfigureAwait(false), options);
    }

    private async Task<EmbeddingSet> EncodeAsync(Func<Task<EmbeddingSet>> encode, CancellationToken cancellationToken)
    {
        await _encoding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await encode().ConfigureAwait(false);
        }
        finally
        {
            _encoding.Release();
        }
    }

    private static async Task<SearchResult> SearchAsync(IGallery gallery, GalleryQuery query, CancellationToken cancellationToken)
    {
        using var activity = CoVRDiagnostics.StartGalleryCall(await CoVRDiagnostics.NameOfAsync(gallery, cancellationToken).ConfigureAwait(false), "search");
        var results = await activity.Watch(gallery.SearchAsync([query], cancellationToken).AsTask()).ConfigureAwait(false);
        activity?.SetTag("db.response.returned_rows", results[0].Hits.Count);
        return results[0];
    }
}
