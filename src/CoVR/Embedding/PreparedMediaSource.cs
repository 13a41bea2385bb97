using System.Collections.Concurrent;
using System.Threading.Channels;
using CoVR.Retrieval;

namespace CoVR.Embedding;

/// <summary>An item that was read and transformed, or the reason why not.</summary>
internal sealed record PreparedItem(MediaItem Item, PreparedMedia? Media, Exception? Failure);

/// <summary>Reads items with several workers into a bounded queue.</summary>
/// <remarks>For one consumer. Disposing it stops the workers, waits for them and returns their buffers.</remarks>
internal sealed class PreparedMediaSource : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly RetrievalPipeline _pipeline;
    private readonly IReadOnlyList<MediaItem> _items;
    private readonly Channel<PreparedItem> _queue;
    private readonly CancellationTokenSource _stop;
    private readonly Task _workers;
    private readonly ConcurrentDictionary<int, string> _reading = new();
    private int _next = -1;

    public PreparedMediaSource(RetrievalPipeline pipeline, IReadOnlyList<MediaItem> items, EmbeddingOptions options, CancellationToken cancellationToken)
    {
        (_pipeline, _items) = (pipeline, items);
        _queue = Channel.CreateBounded<PreparedItem>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stop = _stop.Token;
        _workers = CompleteAsync(Enumerable.Range(0, Math.Min(options.Workers, Math.Max(1, items.Count))).Select(_ => Task.Run(() => WorkAsync(stop), CancellationToken.None)));
    }

    /// <summary>What is being read, for progress: of several items the first.</summary>
    public string? Activity => _reading.OrderBy(item => item.Key).Select(item => $"reading {item.Value}").FirstOrDefault();

    /// <summary>Takes items until their frames fill a batch, or no item becomes ready for a second.</summary>
    /// <param name="frames">Frames of a full batch; the last item may exceed it.</param>
    /// <returns>Items in the order in which they were ready; none at the end.</returns>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public async ValueTask<IReadOnlyList<PreparedItem>> ReadBatchAsync(int frames)
    {
        var batch = new List<PreparedItem>();
        try
        {
            var count = 0;
            while (count < frames && await IsMoreAsync(batch.Count > 0).ConfigureAwait(false))
            {
                while (count < frames && _queue.Reader.TryRead(out var item))
                {
                    batch.Add(item);
                    count += Math.Max(1, item.Media?.Frames ?? 0);
                }
            }

            return batch;
        }
        catch
        {
            Release(batch);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _workers.ConfigureAwait(false);
        while (_queue.Reader.TryRead(out var item))
        {
            item.Media?.Dispose();
        }

        _stop.Dispose();
    }

    // Items that are ready do not wait long for slow ones, so that progress is visible.
    private async Task<bool> IsMoreAsync(bool hasItems)
    {
        var more = _queue.Reader.WaitToReadAsync(_stop.Token).AsTask();
        return (!hasItems || more.IsCompleted || await Task.WhenAny(more, Task.Delay(LongestWait, _stop.Token)).ConfigureAwait(false) == more) && await more.ConfigureAwait(false);
    }

    private static void Release(List<PreparedItem> items)
    {
        foreach (var item in items)
        {
            item.Media?.Dispose();
        }
    }

    private async Task CompleteAsync(IEnumerable<Task> workers)
    {
        try
        {
            await Task.WhenAll(workers).ConfigureAwait(false);
            _queue.Writer.Complete();
        }
        catch (Exception error)
        {
            _queue.Writer.Complete(error is OperationCanceledException ? null : error);
        }
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (Interlocked.Increment(ref _next) is var index && index < _items.Count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _reading[index] = _items[index].Source.DisplayName;
            var prepared = await PrepareAsync(_items[index], cancellationToken).ConfigureAwait(false);
            _reading.TryRemove(index, out _);
            try
            {
                await _queue.Writer.WriteAsync(prepared, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                prepared.Media?.Dispose();
                throw;
            }
        }
    }

    private async ValueTask<PreparedItem> PrepareAsync(MediaItem item, CancellationToken cancellationToken)
    {
        try
        {
            return new PreparedItem(item, await PreparedMedia.ReadItemAsync(_pipeline, item.Source, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is not OutOfMemoryException)
        {
            return new PreparedItem(item, null, error);
        }
    }
}
