using System.Diagnostics;
using System.Runtime.CompilerServices;
using CoVR.Modeling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR;

/// <summary>Embeds a gallery: several workers read and transform, one batch at a time goes through the model, then to the store.</summary>
/// <remarks>
/// An item is reported as embedded when its store says that it is safe, so that a killed job loses at most what was
/// never reported; the next run skips what is stored. All frames of an item are stored together. Memory is bounded by
/// the options, not by the gallery. A failing store ends the job; a failing item does not, and a store that is an
/// <see cref="IFailureMemory"/> remembers why. A batch is stored while the next is encoded. Safe for use from several
/// threads, though two jobs on one store embed twice what they share.
/// </remarks>
public sealed class EmbeddingJob : IEmbeddingJob
{
    private readonly IPipelineProvider _provider;
    private readonly EmbeddingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates a job.</summary>
    /// <param name="pipeline">Asked for the pipeline when a job starts.</param>
    /// <param name="options">Batches, workers, queue; null for the defaults.</param>
    /// <param name="time">The clock of progress; null for the system's.</param>
    /// <param name="logger">Told about failed items; may be null.</param>
    public EmbeddingJob(IPipelineProvider pipeline, EmbeddingOptions? options = null, TimeProvider? time = null, ILogger<EmbeddingJob>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        _provider = pipeline;
        _options = options ?? new EmbeddingOptions();
        OptionsFaults.ThrowIfAny(_options);
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<EmbeddingJob>.Instance;
    }

    /// <inheritdoc/>
    /// <remarks>Items of other shards than <see cref="EmbeddingOptions.Shard"/> are left out, of the outcomes too.</remarks>
    /// <exception cref="ArgumentException">Two items have the same identity.</exception>
    /// <exception cref="EmbeddingStoreException">The store belongs to another model, or cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed meanwhile; what was reported as embedded is stored.</exception>
    public IAsyncEnumerable<EmbedOutcome> EmbedAsync(IReadOnlyList<MediaItem> items, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        var seen = new HashSet<MediaId>(items.Count);
        foreach (var item in items)
        {
            if (!seen.Add(item.Id))
            {
                throw new ArgumentException($"'{item.Id}' is twice among the items.", nameof(items));
            }
        }

        return RunAsync(_options.Shard.IsWhole ? items : [.. items.Where(item => _options.Shard.Contains(item.Id))], progress, cancellationToken);
    }

    private async IAsyncEnumerable<EmbedOutcome> RunAsync(
        IReadOnlyList<MediaItem> items, IProgress<JobProgress>? progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var activity = CoVRDiagnostics.Activities.StartActivity("covr.embed");
        var tally = new EmbeddingTally(items.Count, _time, progress);
        var pipeline = await _provider.GetAsync(cancellationToken).ConfigureAwait(false);
        RequireOwnStore(pipeline);
        var failures = await RecallAsync(pipeline.Store, cancellationToken).ConfigureAwait(false);
        var wanted = new List<MediaItem>();
        foreach (var item in items)
        {
            if (await FinishedAsync(pipeline.Store, failures, item, cancellationToken).ConfigureAwait(false) is { } outcome)
            {
                yield return tally.Count(outcome);
            }
            else
            {
                wanted.Add(item);
            }
        }

        tally.Report();
        _logger.EmbeddingStarted(items.Count, items.Count - wanted.Count);
        tally.StartModel();
        await using var source = new PreparedMediaSource(pipeline, wanted, _options, cancellationToken);
        var saving = Task.FromResult<IReadOnlyList<EmbedOutcome>>([]);
        try
        {
            for (var more = true; more;)
            {
                var batch = await tally.Wait(source.ReadBatchAsync(_options.BatchSize)).ConfigureAwait(false);
                more = batch.Count > 0;
                var encoded = await tally.Work(() => EncodeAsync(pipeline, batch, cancellationToken)).ConfigureAwait(false);
                var saved = await saving.ConfigureAwait(false);
                saving = SaveAsync(pipeline.Store, encoded); // while the next batch is read and encoded
                foreach (var outcome in saved)
                {
                    yield return tally.Count(outcome);
                }

                tally.Report();
            }

            foreach (var outcome in await saving.ConfigureAwait(false))
            {
                yield return tally.Count(outcome);
            }
        }
        finally
        {
            await ((Task)saving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
        tally.Report();
        activity?.SetTag("covr.items.done", tally.Done).SetTag("covr.items.failed", tally.Failed);
        _logger.EmbeddingEnded(tally.Elapsed, tally.Done, tally.Failed);
        if (tally.ModelBusy is { } busy)
        {
            _logger.ModelBusy(busy, tally.Waited);
        }
    }

    private async ValueTask<IReadOnlyDictionary<MediaId, RememberedFailure>> RecallAsync(IEmbeddingStore store, CancellationToken cancellationToken) =>
        store is IFailureMemory memory && !_options.RetryFailed
            ? await memory.RecallAsync(cancellationToken).ConfigureAwait(false)
            : new Dictionary<MediaId, RememberedFailure>();

    /// <summary>The model may have been trained after the store was opened.</summary>
    private static void RequireOwnStore(RetrievalPipeline pipeline)
    {
        var (stored, own) = (pipeline.Store.Fingerprint.WeightsSha256, pipeline.Model.Description.WeightsSha256);
        if (!string.Equals(stored, own, StringComparison.Ordinal))
        {
            throw new EmbeddingStoreException(
                pipeline.Store.Fingerprint.Model,
                $"it keeps embeddings of the weights {stored}, and the model has the weights {own} now: embed into another store, for example in a pipeline that loads the new weights.");
        }
    }

    /// <summary>The outcome of an item that needs no work; null when it does.</summary>
    private static async ValueTask<EmbedOutcome?> FinishedAsync(
        IEmbeddingStore store, IReadOnlyDictionary<MediaId, RememberedFailure> failures, MediaItem item, CancellationToken cancellationToken)
    {
        if (await store.ContainsAsync(item.Id, cancellationToken).ConfigureAwait(false))
        {
            return new EmbedOutcome(item.Id, EmbedStatus.AlreadyThere);
        }

        return failures.TryGetValue(item.Id, out var failure) && failure.LiesInTheFile
            ? new EmbedOutcome(item.Id, EmbedStatus.FailedBefore, new MediaReadException(item.Source.DisplayName, failure.Kind!.Value, failure.Reason))
            : null;
    }

    /// <summary>Encodes a batch; the buffers of its items go back to the pool.</summary>
    private async Task<IReadOnlyList<EncodedItem>> EncodeAsync(RetrievalPipeline pipeline, IReadOnlyList<PreparedItem> batch, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => EncodeEach(pipeline.Model, batch), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var item in batch)
            {
                item.Media?.Dispose();
            }
        }
    }

    /// <summary>Stores what was encoded and remembers what failed.</summary>
    private async Task<IReadOnlyList<EmbedOutcome>> SaveAsync(IEmbeddingStore store, IReadOnlyList<EncodedItem> encoded)
    {
        await Task.WhenAll(encoded.Where(item => item.Embedding is not null)
            .Select(item => store.WriteAsync(item.Id, item.Embedding!, CancellationToken.None).AsTask())).ConfigureAwait(false);
        foreach (var item in encoded.Where(item => item.Failure is not null))
        {
            _logger.ItemFailed(item.Id, item.Failure!.Message, item.Failure);
            if (store is IFailureMemory memory)
            {
                await memory.RememberAsync(Remember(item.Id, item.Failure), CancellationToken.None).ConfigureAwait(false);
            }
        }

        return [.. encoded.Select(item => new EmbedOutcome(item.Id, item.Failure is null ? EmbedStatus.Embedded : EmbedStatus.Failed, item.Failure))];
    }

    private RememberedFailure Remember(MediaId id, Exception failure) => failure is MediaReadException media
        ? new RememberedFailure(id, media.Reason, media.Failure, _time.GetUtcNow())
        : new RememberedFailure(id, $"{failure.GetType().Name}: {failure.Message}", null, _time.GetUtcNow());

    private List<EncodedItem> EncodeEach(ComposedModel model, IReadOnlyList<PreparedItem> batch)
    {
        using var mode = EvaluationMode.Enter(model);
        var encoded = batch.Where(item => item.Media is null).Select(item => new EncodedItem(item.Id, null, item.Failure)).ToList();
        PreparedItem[] readable = [.. batch.Where(item => item.Media is not null)];
        if (readable.Length == 0)
        {
            return encoded;
        }

        try
        {
            encoded.AddRange(Encode(model, readable));
        }
        catch (Exception error) when (IsOfOneItem(error))
        {
            encoded.AddRange(readable.Select(item => EncodeAlone(model, item, error, readable.Length == 1)));
        }

        return encoded;
    }

    /// <summary>After a batch failed: each item by itself, so that only the one at fault fails.</summary>
    private EncodedItem EncodeAlone(ComposedModel model, PreparedItem item, Exception error, bool wasAlone)
    {
        if (wasAlone)
        {
            return new EncodedItem(item.Id, null, error);
        }

        try
        {
            return Encode(model, [item])[0];
        }
        catch (Exception own) when (IsOfOneItem(own))
        {
            return new EncodedItem(item.Id, null, own);
        }
    }

    private EncodedItem[] Encode(ComposedModel model, PreparedItem[] items)
    {
        var sets = ModelCalls.EncodeTargets(model, [.. items.Select(item => item.Media!)], _options.BatchSize, _options.Output);
        return [.. items.Zip(sets, (item, set) => VectorMath.IndexOfNotFinite(set.Values.Span) < 0
            ? new EncodedItem(item.Id, set, null)
            : new EncodedItem(item.Id, null, new ArithmeticException($"The model's embedding of '{item.Id}' holds NaN or infinity.")))];
    }

    private static bool IsOfOneItem(Exception error) => error is not (OutOfMemoryException or OperationCanceledException or ObjectDisposedException);

    private sealed record EncodedItem(MediaId Id, EmbeddingSet? Embedding, Exception? Failure);
}
