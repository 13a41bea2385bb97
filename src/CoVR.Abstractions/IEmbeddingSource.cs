namespace CoVR;

/// <summary>Reads embeddings by identity: what training, evaluation and frame scores need of a gallery or of a tree of files.</summary>
/// <remarks>Safe for any number of threads.</remarks>
public interface IEmbeddingSource
{
    /// <summary>What made the embeddings.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Model, weights, preprocessing and shape of every embedding here.</returns>
    ValueTask<EmbeddingFingerprint> GetFingerprintAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether an item is there.</summary>
    /// <param name="id">The item.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True when <see cref="ReadAsync"/> would return it.</returns>
    ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default);

    /// <summary>Reads one embedding.</summary>
    /// <param name="id">The item.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>[F, Q, D], or null when the item is not there.</returns>
    /// <exception cref="GalleryException">The stored data are damaged.</exception>
    ValueTask<EmbeddingSet?> ReadAsync(MediaId id, CancellationToken cancellationToken = default);
}
