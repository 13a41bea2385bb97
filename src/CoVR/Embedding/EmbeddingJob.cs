using System.Runtime.CompilerServices;
using CoVR.Modeling;
using CoVR.Retrieval;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Embedding;

/// <summary>Embeds media into a gallery: several workers read and transform, one batch at a time goes through the model, then to the gallery.</summary>
/// <remarks>
/// An item is reported as embedded once the gallery has stored it durably, so a killed job loses only items not yet reported; the next
/// run skips what is stored and unchanged. All frames of an item are stored together. Memory is bounded by the options, not by the gallery. A
/// failing gallery ends the job; a failing item does not, and the gallery records the reason. A batch is stored while the next is encoded. Safe for
/// use from several threads, but two jobs on one gallery embed shared items twice.
/// </remarks>
internal sealed class EmbeddingJob : IEmbeddingJob
{
    private static readonly TimeSpan LongBatch = TimeSpan.FromSeconds(1);

    private readonly IPipelineProvider _provider;
    private readonly EmbeddingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates a job.</summary>
    /// <param name="pipeline">Provides the pipeline when a job starts.</param>
    /// <param name="options">Batches, workers, queue; null for the defaults.</param>
    /// <param name="time">The clock of progress; null for the system's.</param>
    /// <param name="logger">Logs failed items; may be null.</param>
    public EmbeddingJob(IPipelineProvider pipeline, EmbeddingOptions? options = null, TimeProvider? time = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        _provider = pipeline;
        _options = options ?? new EmbeddingOptions();
        OptionsFaults.ThrowIfAny(_options);
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
    }

    /// <inheritdoc/>
    /// <remarks>Items of other shards than <see cref="EmbeddingOptions.Shard"/> are left out, of the outcomes too.</remarks>
    /// <exception cref="ArgumentException">Two items have the same identity.</exception>
    /// <exception cref="GalleryException">The gallery belongs to another model, or cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed meanwhile; what was reported as embedded is stored.</exception>
    public IAsyncEnumerable<EmbedOutcome> EmbedAsync(IReadOnlyList<MediaItem> items, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        var seen = new HashSet<MediaId>(items.Count);
        foreach (var item in items)
        {
            if (!seen.Add(item.Id))
            {
                throw new ArgumentException($"'{item.Id}' appears twice among the items.", nameof(items));
            }
        }

        return RunAsync(_options.Shard.IsWhole ? items : [.. items.Where(item => _options.Shard.Contains(item.Id))], progress, cancellationToken);
    }

    private async IAsyncEnumerable<EmbedOutcome> RunAsync(
        IReadOnlyList<MediaItem> items, IProgress<JobProgress>? progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var activity = CoVRDiagnostics.Activities.StartActivity("covr.embed");
        var counts = new EmbeddingProgress(items.Count, _time, progress);
        var pipeline = await _provider.GetAsync(cancellationToken).ConfigureAwait(false);
        await RequireOwnGalleryAsync(pipeline, cancellationToken).ConfigureAwait(false);
        var known = await KnownItems.ReadAsync(pipeline.Gallery, items, _options.RetryFailed, cancellationToken).ConfigureAwait(false);
        var wanted = new List<MediaItem>();
        foreach (var item in items)
        {
            if (known.OutcomeOf(item) is { } outcome)
            {
                yield return counts.Count(outcome);
            }
            else
            {
                wanted.Add(item);
            }
        }

        counts.Report();
        _logger.EmbeddingStarted(items.Count, items.Count - wanted.Count);
        counts.StartModel();
        await using var source = new PreparedMediaSource(pipeline, wanted, _options, cancellationToken);
        var saving = Task.FromResult<IReadOnlyList<EmbedOutcome>>([]);
        var frames = 1; // of the next batch: small at first and while batches are slow, so that progress is visible
        try
        {
            for (var more = true; more;)
            {
                var batch = await counts.Wait(source.ReadBatchAsync(frames), () => source.Activity).ConfigureAwait(false);
                more = batch.Count > 0;
                var started = _time.GetTimestamp();
                var encoded = await counts.Work(() => EncodeAsync(pipeline, batch, cancellationToken), () => $"encoding {batch[0].Item.Source.DisplayName}").ConfigureAwait(false);
                frames = _time.GetElapsedTime(started) > LongBatch ? Math.Max(1, frames / 2) : Math.Min(_options.BatchSize, frames * 2);
                var saved = await saving.ConfigureAwait(false);
                saving = Task.Run(() => SaveAsync(pipeline.Gallery, encoded), CancellationToken.None); // while the next batch is read and encoded
                foreach (var outcome in saved)
                {
                    yield return counts.Count(outcome);
                }

                counts.Report();
            }

            foreach (var outcome in await saving.ConfigureAwait(false))
            {
                yield return counts.Count(outcome);
            }
        }
        finally
        {
            await ((Task)saving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
        counts.Report();
        activity?.SetTag("covr.items.done", counts.Done).SetTag("covr.items.failed", counts.Failed);
        LogEnd(counts);
    }

    private void LogEnd(EmbeddingProgress counts)
    {
        _logger.EmbeddingEnded(counts.Elapsed, counts.Done, counts.Failed);
        if (counts.ModelBusy is { } busy)
        {
            _logger.ModelBusy(busy, counts.Waited);
        }
    }

    // The model may have been trained after the gallery was opened.
    private static async ValueTask RequireOwnGalleryAsync(RetrievalPipeline pipeline, CancellationToken cancellationToken)
    {
        var gallery = await pipeline.Gallery.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        var (stored, own) = (gallery.Fingerprint.WeightsSha256, pipeline.Model.Description.WeightsSha256);
        if (!string.Equals(stored, own, StringComparison.Ordinal))
        {
            throw new GalleryException(
                gallery.Name,
                $"it holds embeddings made with the weights {stored}, but the model now has the weights {own}: embed into another gallery, for example in a new pipeline that loads the new weights.");
        }
    }

    // The buffers of the batch's items go back to the pool.
    private async Task<IReadOnlyList<EncodedItem>> EncodeAsync(RetrievalPipeline pipeline, IReadOnlyList<PreparedItem> batch, CancellationToken cancellationToken)
    {
        try
        {
            return await EncodeEachAsync(pipeline.Model, batch, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var item in batch)
            {
                item.Media?.Dispose();
            }
        }
    }

    private async Task<IReadOnlyList<EmbedOutcome>> SaveAsync(IGallery gallery, IReadOnlyList<EncodedItem> encoded)
    {
        GalleryEntry[] entries = [.. encoded.Where(item => item.Embedding is not null).Select(item => new GalleryEntry(item.Item.Id, item.Embedding!) { FrameTimes = item.Times, Properties = item.Item.Properties })];
        EmbeddingFailure[] failures = [.. encoded.Where(item => item.Failure is not null).Select(FailureOf)];
        if (entries.Length > 0)
        {
            using var activity = CoVRDiagnostics.StartGalleryCall(await CoVRDiagnostics.NameOfAsync(gallery, CancellationToken.None).ConfigureAwait(false), "upsert");
            activity?.SetTag("db.operation.batch.size", entries.Length);
            await gallery.UpsertAsync(entries, CancellationToken.None).ConfigureAwait(false);
        }

        if (failures.Length > 0)
        {
            await gallery.RecordFailuresAsync(failures, CancellationToken.None).ConfigureAwait(false);
        }

        return [.. encoded.Select(item => new EmbedOutcome(item.Item.Id, item.Failure is null ? EmbedStatus.Embedded : EmbedStatus.Failed, item.Failure))];
    }

    private EmbeddingFailure FailureOf(EncodedItem encoded)
    {
        var (item, failure) = (encoded.Item, encoded.Failure!);
        _logger.ItemFailed(item.Id, failure.Message, failure);
        var (reason, kind) = failure is MediaReadException media ? (media.Reason, media.Failure) : ($"{failure.GetType().Name}: {failure.Message}", default(MediaFailure?));
        return new EmbeddingFailure(item.Id, reason, kind, _time.GetUtcNow()) { Size = item.Properties.Size, Modified = item.Properties.Modified };
    }

    private async Task<IReadOnlyList<EncodedItem>> EncodeEachAsync(ComposedModel model, IReadOnlyList<PreparedItem> batch, CancellationToken cancellationToken)
    {
        var encoded = batch.Where(item => item.Media is null).Select(item => new EncodedItem(item.Item, null, item.Failure)).ToList();
        PreparedItem[] readable = [.. batch.Where(item => item.Media is not null)];
        if (readable.Length == 0)
        {
            return encoded;
        }

        try
        {
            encoded.AddRange(await EncodeAsync(model, readable, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception error) when (IsOfOneItem(error))
        {
            foreach (var item in readable)
            {
                encoded.Add(readable.Length == 1 ? new EncodedItem(item.Item, null, error) : await EncodeAloneAsync(model, item, cancellationToken).ConfigureAwait(false));
            }
        }

        return encoded;
    }

    /// <summary>After a batch failed: each item by itself, so that only the one at fault fails.</summary>
    private async Task<EncodedItem> EncodeAloneAsync(ComposedModel model, PreparedItem item, CancellationToken cancellationToken)
    {
        try
        {
            return (await EncodeAsync(model, [item], cancellationToken).ConfigureAwait(false))[0];
        }
        catch (Exception error) when (IsOfOneItem(error))
        {
            return new EncodedItem(item.Item, null, error);
        }
    }

    private async Task<EncodedItem[]> EncodeAsync(ComposedModel model, PreparedItem[] items, CancellationToken cancellationToken)
    {
        var sets = await ModelCalls.EncodeTargetsAsync(
            model, [.. items.Select(item => item.Media!)], _options.BatchSize, _options.StoresVisualTokens, cancellationToken).ConfigureAwait(false);
        return [.. items.Zip(sets, (item, set) => VectorMath.IndexOfNotFinite(set.Values.Span) < 0
            ? new EncodedItem(item.Item, set, null) { Times = item.Media!.Times }
            : new EncodedItem(item.Item, null, new ArithmeticException($"The model's embedding of '{item.Item.Id}' holds NaN or infinity.")))];
    }

    private static bool IsOfOneItem(Exception error) => error is not (OutOfMemoryException or OperationCanceledException or ObjectDisposedException or CoVRException { EndsJob: true });

    private sealed record EncodedItem(MediaItem Item, EmbeddingSet? Embedding, Exception? Failure)
    {
        public IReadOnlyList<TimeSpan> Times { get; init; } = [];
    }

    /// <summary>What the gallery holds of a job's items when the job starts.</summary>
    private sealed class KnownItems
    {
        private readonly Dictionary<MediaId, GalleryProperties> _there = [];
        private IReadOnlyDictionary<MediaId, EmbeddingFailure> _failures = new Dictionary<MediaId, EmbeddingFailure>();

        public static async Task<KnownItems> ReadAsync(IGallery gallery, IReadOnlyList<MediaItem> items, bool retryFailed, CancellationToken cancellationToken)
        {
            var known = new KnownItems();
            HashSet<MediaId> ids = [.. items.Select(item => item.Id)];
            await foreach (var (id, properties) in gallery.ListAsync(null, cancellationToken).ConfigureAwait(false))
            {
                if (ids.Contains(id))
                {
                    known._there[id] = properties;
                }
            }

            if (!retryFailed)
            {
                known._failures = await gallery.GetFailuresAsync(cancellationToken).ConfigureAwait(false);
            }

            return known;
        }

        /// <summary>The outcome of an item that needs no work; null if it needs work.</summary>
        public EmbedOutcome? OutcomeOf(MediaItem item)
        {
            if (_there.TryGetValue(item.Id, out var stored))
            {
                return IsSame(item.Properties, stored) ? new EmbedOutcome(item.Id, EmbedStatus.AlreadyThere) : null;
            }

            return _failures.TryGetValue(item.Id, out var failure) && failure.IsPermanent && failure.Size == item.Properties.Size && failure.Modified == item.Properties.Modified
                ? new EmbedOutcome(item.Id, EmbedStatus.FailedBefore, new MediaReadException(item.Source.DisplayName, failure.Kind!.Value, failure.Reason))
                : null;
        }

        // Compares hashes if both are known, else size and time; unknown values count as unchanged.
        private static bool IsSame(GalleryProperties now, GalleryProperties stored) => (now.ContentHash, stored.ContentHash) is ({ } hash, { } known)
            ? hash == known
            : (now.Size is null || stored.Size is null || now.Size == stored.Size) && (now.Modified is null || stored.Modified is null || now.Modified == stored.Modified);
    }
}
