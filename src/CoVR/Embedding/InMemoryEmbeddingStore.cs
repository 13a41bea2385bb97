using System.Runtime.CompilerServices;

namespace CoVR;

/// <summary>Keeps embeddings in memory, for tests and small galleries that are embedded at every start.</summary>
/// <remarks>Safe for use from several threads.</remarks>
/// <param name="fingerprint">What makes the embeddings.</param>
public sealed class InMemoryEmbeddingStore(EmbeddingFingerprint fingerprint) : IEmbeddingStore
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<MediaId, EmbeddingSet> _items = [];

    /// <inheritdoc/>
    public EmbeddingFingerprint Fingerprint { get; } = fingerprint ?? throw new ArgumentNullException(nameof(fingerprint));

    /// <inheritdoc/>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _items.Count;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult(_items.ContainsKey(id));
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(MediaId id, EmbeddingSet item, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StoredShape.Require("in memory", Fingerprint, id, item);
        var copy = new EmbeddingSet(item.Values.ToArray(), item.Vectors, item.Dimensions, item.Frames);
        lock (_gate)
        {
            _items[id] = copy;
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<EmbeddingSet?> ReadAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult(_items.GetValueOrDefault(id));
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeyValuePair<MediaId, EmbeddingSet>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        KeyValuePair<MediaId, EmbeddingSet>[] items;
        lock (_gate)
        {
            items = [.. _items];
        }

        foreach (var item in items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }
}
