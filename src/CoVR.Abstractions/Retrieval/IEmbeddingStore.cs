namespace CoVR;

/// <summary>Keeps the embeddings of a gallery, of one fingerprint.</summary>
/// <remarks>Safe for use from several threads. Writes are atomic: after a crash an item is there whole, or not at all.</remarks>
public interface IEmbeddingStore
{
    /// <summary>What made the embeddings in this store.</summary>
    EmbeddingFingerprint Fingerprint { get; }

    /// <summary>Whether <see cref="Fingerprint"/> was assumed by whoever opened the store, because the stored items do not say what made them.</summary>
    /// <value>False by default.</value>
    bool IsFingerprintAssumed => false;

    /// <summary>How many items there are.</summary>
    int Count { get; }

    /// <summary>Whether an item is there.</summary>
    /// <param name="id">The item.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True when <see cref="ReadAsync"/> would return it.</returns>
    ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default);

    /// <summary>Adds an item; an item of the same id is replaced.</summary>
    /// <param name="id">The item.</param>
    /// <param name="item">Its embedding; Q and D must be those of <see cref="Fingerprint"/>.</param>
    /// <param name="cancellationToken">Ends the call before anything is written.</param>
    /// <returns>A task that ends when the item is safe.</returns>
    /// <exception cref="EmbeddingStoreException">The shape is another one.</exception>
    ValueTask WriteAsync(MediaId id, EmbeddingSet item, CancellationToken cancellationToken = default);

    /// <summary>Reads one item.</summary>
    /// <param name="id">The item.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The embedding, or null when it is not there.</returns>
    /// <exception cref="EmbeddingStoreException">The stored bytes are damaged.</exception>
    ValueTask<EmbeddingSet?> ReadAsync(MediaId id, CancellationToken cancellationToken = default);

    /// <summary>Reads every item, in the order of first writing.</summary>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>Identities with their embeddings.</returns>
    /// <exception cref="EmbeddingStoreException">The stored bytes are damaged.</exception>
    IAsyncEnumerable<KeyValuePair<MediaId, EmbeddingSet>> ReadAllAsync(CancellationToken cancellationToken = default);
}
