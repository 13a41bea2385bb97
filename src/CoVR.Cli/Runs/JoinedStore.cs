using System.Runtime.CompilerServices;

namespace CoVR.Cli.Runs;

/// <summary>Several stores read as one, for merged data sets; an item is that of the first store that has it. Not written to.</summary>
/// <param name="stores">At least one, of one model.</param>
internal sealed class JoinedStore(IReadOnlyList<IEmbeddingStore> stores) : IEmbeddingStore, IDisposable
{
    /// <inheritdoc/>
    public EmbeddingFingerprint Fingerprint => stores[0].Fingerprint;

    /// <inheritdoc/>
    public int Count => stores.Sum(store => store.Count);

    /// <inheritdoc/>
    public async ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        foreach (var store in stores)
        {
            if (await store.ContainsAsync(id, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(MediaId id, EmbeddingSet item, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Merged embeddings are only read.");

    /// <inheritdoc/>
    public async ValueTask<EmbeddingSet?> ReadAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        foreach (var store in stores)
        {
            if (await store.ReadAsync(id, cancellationToken) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeyValuePair<MediaId, EmbeddingSet>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        HashSet<MediaId> seen = [];
        foreach (var store in stores)
        {
            await foreach (var item in store.ReadAllAsync(cancellationToken))
            {
                if (seen.Add(item.Key))
                {
                    yield return item;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var store in stores.OfType<IDisposable>())
        {
            store.Dispose();
        }
    }
}
