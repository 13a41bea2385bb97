namespace CoVR;

/// <summary>A searchable collection of embeddings with properties, which may change during searches.</summary>
/// <remarks>
/// Safe for any number of readers and writers. A write is visible to every search of this instance that starts after it has returned, and to
/// other processes within <see cref="GalleryInfo.Staleness"/>. A search sees one state of the gallery, never half of an upsert.
/// All embeddings have one fingerprint. After disposal every call throws <see cref="ObjectDisposedException"/>.
/// </remarks>
public interface IGallery : IEmbeddingSource, IAsyncDisposable
{
    /// <summary>Describes the gallery, opening it if necessary.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Fingerprint, similarity and abilities.</returns>
    /// <exception cref="GalleryException">It belongs to another model, or cannot be opened.</exception>
    ValueTask<GalleryInfo> GetInfoAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds entries; entries with the same identity are replaced, and their recorded failures removed.</summary>
    /// <param name="entries">Entries with unique identities; Q and D are those of the fingerprint, all numbers are finite.</param>
    /// <param name="cancellationToken">Ends the call before anything is written.</param>
    /// <returns>A task that completes when all entries are durable and visible; after a failure, none is.</returns>
    /// <exception cref="GalleryException">An entry does not fit, or the storage failed.</exception>
    ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default);

    /// <summary>Removes items and their recorded failures.</summary>
    /// <param name="ids">Identities; unknown ones are ignored.</param>
    /// <param name="cancellationToken">Ends the call before anything is written.</param>
    /// <returns>How many items were removed.</returns>
    ValueTask<int> RemoveAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default);

    /// <summary>Reads entries.</summary>
    /// <param name="ids">Identities.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The entries found, in the requested order.</returns>
    /// <exception cref="GalleryException">The stored data are damaged.</exception>
    ValueTask<IReadOnlyList<GalleryEntry>> GetAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default);

    /// <summary>Lists items without their embeddings, ordered by identity.</summary>
    /// <param name="filter">The items to consider; null for all.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>One state of the gallery.</returns>
    IAsyncEnumerable<GalleryItem> ListAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>Counts items.</summary>
    /// <param name="filter">The items to consider; null for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many match.</returns>
    ValueTask<long> CountAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>Finds the best items for each query, all in one state of the gallery.</summary>
    /// <param name="queries">Embeddings [1, Q, D] with their options.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>
    /// One result a query: hits by descending score, equal scores by identity; exactly <see cref="SearchOptions.Top"/> hits if enough items match.
    /// </returns>
    /// <exception cref="ArgumentException">A query does not fit the gallery.</exception>
    /// <exception cref="GalleryException">The storage failed.</exception>
    ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default);

    /// <summary>Records items that could not be embedded, so that later jobs skip them; a new failure of an item replaces the earlier one.</summary>
    /// <param name="failures">One failure per item.</param>
    /// <param name="cancellationToken">Ends the call before anything is written.</param>
    /// <returns>A task that completes when they are durable.</returns>
    ValueTask RecordFailuresAsync(IReadOnlyList<EmbeddingFailure> failures, CancellationToken cancellationToken = default);

    /// <summary>Reads the recorded failures of items that are not in the gallery.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The last failure of each item.</returns>
    ValueTask<IReadOnlyDictionary<MediaId, EmbeddingFailure>> GetFailuresAsync(CancellationToken cancellationToken = default);

    async ValueTask<EmbeddingFingerprint> IEmbeddingSource.GetFingerprintAsync(CancellationToken cancellationToken) =>
        (await GetInfoAsync(cancellationToken).ConfigureAwait(false)).Fingerprint;

    async ValueTask<EmbeddingSet?> IEmbeddingSource.ReadAsync(MediaId id, CancellationToken cancellationToken) =>
        await GetAsync([id], cancellationToken).ConfigureAwait(false) is [var entry] ? entry.Embedding : null;
}

/// <summary>One query to a gallery.</summary>
/// <param name="Embedding">[1, Q, D].</param>
/// <param name="Options">The number of hits and which items to consider.</param>
public sealed record GalleryQuery(EmbeddingSet Embedding, SearchOptions Options);

/// <summary>Reads embeddings by identity: what training, evaluation and frame scores need from a gallery or a tree of files.</summary>
/// <remarks>Safe for any number of threads.</remarks>
public interface IEmbeddingSource
{
    /// <summary>What made the embeddings.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Model, weights, preprocessing and shape of every embedding here.</returns>
    ValueTask<EmbeddingFingerprint> GetFingerprintAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether an item is present.</summary>
    /// <param name="id">The item.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True when <see cref="ReadAsync"/> would return it.</returns>
    ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default);

    /// <summary>Reads one embedding.</summary>
    /// <param name="id">The item.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>[F, Q, D], or null if the item is absent.</returns>
    /// <exception cref="GalleryException">The stored data are damaged.</exception>
    ValueTask<EmbeddingSet?> ReadAsync(MediaId id, CancellationToken cancellationToken = default);
}
