using System.Diagnostics;
using CoVR.Modeling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR;

/// <summary>Answers composed queries: reads the reference, encodes it with the text, searches the gallery.</summary>
/// <remarks>
/// Safe for use from several threads. The pipeline is made at the first search, and the gallery is read from its store
/// then; items that are stored later are not seen. The reference is a possible answer unless the options exclude it.
/// </remarks>
public sealed class ComposedRetriever : IComposedRetriever, IDisposable
{
    private readonly IPipelineProvider _provider;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _encoding;
    private Task<RetrievalPipeline>? _ready;
    private RetrievalPipeline? _pipeline;
    private int _read;
    private bool _ownGallery;
    private volatile bool _disposed;

    /// <summary>Creates a retriever.</summary>
    /// <param name="pipeline">Asked for the pipeline at the first search.</param>
    /// <param name="concurrentQueries">How many queries are encoded at the same time, at least 1; further ones wait.</param>
    /// <param name="time">The clock of logs and meters; null for the system's.</param>
    /// <param name="logger">Told when the gallery is read; may be null.</param>
    public ComposedRetriever(IPipelineProvider pipeline, int concurrentQueries = 1, TimeProvider? time = null, ILogger<ComposedRetriever>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrentQueries, 1);
        _provider = pipeline;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<ComposedRetriever>.Instance;
        _encoding = new SemaphoreSlim(concurrentQueries);
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The retriever, or the host with its model, was disposed.</exception>
    public async ValueTask<IReadOnlyList<SearchHit>> SearchAsync(ComposedQuery query, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var start = _time.GetTimestamp();
        using var activity = CoVRDiagnostics.Activities.StartActivity("covr.search");
        activity?.SetTag("covr.query.parts", query.Parts.ToString());
        try
        {
            var pipeline = await Ready().WaitAsync(cancellationToken).ConfigureAwait(false);
            var embedding = await EncodeAsync(pipeline, query, cancellationToken).ConfigureAwait(false);
            var hits = await Task.Run(() => pipeline.Index.Search([embedding], [options ?? SearchOptions.Default])[0], cancellationToken).ConfigureAwait(false);
            activity?.SetTag("covr.hits", hits.Count);
            return hits;
        }
        catch (Exception error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
            throw;
        }
        finally
        {
            CoVRDiagnostics.SearchDuration.Record(_time.GetElapsedTime(start).TotalSeconds, KeyValuePair.Create("covr.query.parts", (object?)query.Parts.ToString()));
        }
    }

    /// <summary>Refuses further searches; those that run or wait come to an end. Model and store belong to their makers.</summary>
    /// <remarks>The semaphore is not disposed: whoever waits for it would wait for ever, and it holds nothing of the system's.</remarks>
    public void Dispose() => _disposed = true;

    private async Task<EmbeddingSet> EncodeAsync(RetrievalPipeline pipeline, ComposedQuery query, CancellationToken cancellationToken)
    {
        using var reference = query.Reference is null
            ? null
            : await PreparedMedia.ReadReferenceAsync(pipeline, query.Reference, cancellationToken).ConfigureAwait(false);
        await _encoding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Encode(pipeline.Model, reference, query), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _encoding.Release();
        }
    }

    private static EmbeddingSet Encode(ComposedModel model, PreparedMedia? reference, ComposedQuery query)
    {
        using var mode = EvaluationMode.Enter(model);
        return ModelCalls.EncodeQueries(model, reference is null ? [] : [reference], [query.Modification ?? string.Empty], query.Parts)[0];
    }

    /// <summary>The pipeline with a filled index; a failed attempt is made again by the next search.</summary>
    private Task<RetrievalPipeline> Ready()
    {
        lock (_gate)
        {
            if (_ready is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _ready = Task.Run(FillAsync);
            }

            return _ready;
        }
    }

    private async Task<RetrievalPipeline> FillAsync()
    {
        var start = _time.GetTimestamp();
        if (_pipeline is null)
        {
            var made = await _provider.GetAsync().ConfigureAwait(false);
            _ownGallery = made.Index.Count == 0;
            _pipeline = made;
        }

        if (!_ownGallery)
        {
            return _pipeline;
        }

        var position = 0;
        await foreach (var (id, item) in _pipeline.Store.ReadAllAsync().ConfigureAwait(false))
        {
            if (position++ >= _read)
            {
                _pipeline.Index.Add(id, _pipeline.Pooling.Pool(item));
                _read++;
            }
        }

        _logger.GalleryRead(_read, _time.GetElapsedTime(start));
        return _pipeline;
    }
}
