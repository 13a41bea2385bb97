using System.Runtime.CompilerServices;
using CoVR.Retrieval;
using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>A gallery in a collection of a vector store.</summary>
/// <remarks>
/// The store searches one vector an item, the mean of its frames and vectors; scores are computed here from the stored embedding, so that they are those of the
/// similarity. Any number of threads may read and write: writes of this instance wait for its searches and the other way round, so a search sees one state of
/// them. Other processes see each record when the store shows it, and may see half of an upsert.
/// </remarks>
internal sealed partial class VectorStoreGallery<TKey> : IGallery, IDisposable
    where TKey : notnull
{
    private readonly RecordStore<TKey> _store;
    private readonly RecordKeys<TKey> _keys;
    private readonly RecordFormat<TKey> _format;
    private readonly GalleryInfo _info;
    private readonly ISimilarity _similarity;
    private readonly IFramePooling _pooling;
    private readonly VectorStoreGalleryOptions<TKey> _options;
    private readonly ReadWriteGate _gate = new();
    private readonly SemaphoreSlim _opening = new(1);
    private volatile bool _opened;
    private volatile bool _disposed;

    // Below zero until it is first needed; writes of this instance keep it. Readers may set it at once.
    private long _count = -1;

    /// <param name="collection">The collection, of <see cref="RecordDefinition.Of"/>; owned.</param>
    /// <param name="fingerprint">What makes the embeddings.</param>
    /// <param name="similarity">How queries and items are compared.</param>
    /// <param name="pooling">Pools an item's frames, unless the similarity does.</param>
    /// <param name="options">Keys, distance function, index.</param>
    public VectorStoreGallery(
        VectorStoreCollection<TKey, GalleryRecord<TKey>> collection, EmbeddingFingerprint fingerprint, ISimilarity similarity, IFramePooling pooling, VectorStoreGalleryOptions<TKey> options)
    {
        OptionsFaults.ThrowIfAny(options);
        _keys = new(options.Key);
        _format = new(_keys, fingerprint.Dimensions);
        _store = new(collection, options.SupportsLists);
        (_similarity, _pooling, _options) = (similarity, pooling, options);
        _info = new GalleryInfo(_store.Name, fingerprint, similarity.Name) { IsExact = RanksExactly, Staleness = TimeSpan.Zero };
    }

    public async ValueTask<GalleryInfo> GetInfoAsync(CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        return _info;
    }

    public async ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        using var visit = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return (await RecordsAsync([id], withVectors: false, cancellationToken).ConfigureAwait(false)).ContainsKey(id);
    }

    public async ValueTask<IReadOnlyList<GalleryEntry>> GetAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var visit = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var records = await RecordsAsync(ids, withVectors: true, cancellationToken).ConfigureAwait(false);
        return [.. ids.Where(records.ContainsKey).Select(id => EntryOf(records[id]))];
    }

    public async IAsyncEnumerable<GalleryItem> ListAsync(GalleryFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<GalleryItem> items;
        using (await ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            items = await ItemsAsync(filter, cancellationToken).ConfigureAwait(false);
        }

        foreach (var item in items.OrderBy(item => item.Id))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    public async ValueTask<long> CountAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default)
    {
        using var visit = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return (await ItemsAsync(filter, cancellationToken).ConfigureAwait(false)).Count;
    }

    public async ValueTask<IReadOnlyDictionary<MediaId, EmbeddingFailure>> GetFailuresAsync(CancellationToken cancellationToken = default)
    {
        using var visit = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var records = await _store.ListAsync(RecordFormat<TKey>.Failure, null, withVectors: false, cancellationToken).ConfigureAwait(false);
        var failures = records.Select(record => Parse(record, RecordFormat<TKey>.ToFailure)).ToDictionary(failure => failure.Id);
        foreach (var id in (await RecordsAsync(failures.Keys, withVectors: false, cancellationToken).ConfigureAwait(false)).Keys)
        {
            failures.Remove(id);
        }

        return failures;
    }

    /// <summary>Rejects further calls and disposes the collection once running ones have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        using var visit = await _gate.WriteAsync(CancellationToken.None).ConfigureAwait(false);
        _store.Dispose();
    }

    // Called when a container is disposed synchronously.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async ValueTask<ReadWriteGate.Visit> ReadAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        return Checked(await _gate.ReadAsync(cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<ReadWriteGate.Visit> WriteAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        return Checked(await _gate.WriteAsync(cancellationToken).ConfigureAwait(false));
    }

    // The gallery may have been disposed while the caller waited.
    private ReadWriteGate.Visit Checked(ReadWriteGate.Visit visit)
    {
        if (_disposed)
        {
            visit.Dispose();
            throw new ObjectDisposedException(GetType().Name);
        }

        return visit;
    }

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (_opened)
        {
            return;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_opened)
            {
                await OpenAsync(cancellationToken).ConfigureAwait(false);
                _opened = true;
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _store.EnsureExistsAsync(cancellationToken).ConfigureAwait(false);
        var stored = await FingerprintAsync(cancellationToken).ConfigureAwait(false);
        if (stored is null)
        {
            // Another process may do the same: the last one counts, and both read it.
            await _store.UpsertAsync([_format.OfFingerprint(_info.Fingerprint)]).ConfigureAwait(false);
            stored = await FingerprintAsync(cancellationToken).ConfigureAwait(false) ?? throw new GalleryException(_store.Name, "the vector store does not return what was written. Use a store that shows a write to the next read.");
        }

        if (stored.DifferencesFrom(_info.Fingerprint) is { Count: > 0 } differences)
        {
            throw new GalleryException(_store.Name, $"its embeddings were made by another model ({string.Join("; ", differences)}). Use that model, or another collection.");
        }
    }

    private async Task<EmbeddingFingerprint?> FingerprintAsync(CancellationToken cancellationToken)
    {
        var records = await _store.ReadAsync([_keys.OfGallery()], withVectors: false, cancellationToken).ConfigureAwait(false);
        return records.Values.FirstOrDefault() is { } record ? Parse(record, RecordFormat<TKey>.ToFingerprint) : null;
    }

    private async Task<Dictionary<MediaId, GalleryRecord<TKey>>> RecordsAsync(IEnumerable<MediaId> ids, bool withVectors, CancellationToken cancellationToken)
    {
        var keys = ids.Distinct().ToDictionary(id => id, _keys.OfItem);
        var records = await _store.ReadAsync(keys.Values, withVectors, cancellationToken).ConfigureAwait(false);
        return keys.Where(key => records.TryGetValue(key.Value, out var record) && record.Identity == key.Key.Value).ToDictionary(key => key.Key, key => records[key.Value]);
    }

    private async Task<List<GalleryItem>> ItemsAsync(GalleryFilter? filter, CancellationToken cancellationToken)
    {
        var records = await _store.ListAsync(RecordFormat<TKey>.Item, filter, withVectors: false, cancellationToken).ConfigureAwait(false);
        var items = records.Select(record => Parse(record, RecordFormat<TKey>.ToItem));
        return [.. filter is null ? items : items.Where(filter.Matches)];
    }

    private GalleryEntry EntryOf(GalleryRecord<TKey> record) => Parse(record, each => _format.ToEntry(each, _info.Fingerprint.Vectors));

    private T Parse<T>(GalleryRecord<TKey> record, Func<GalleryRecord<TKey>, T> parse)
    {
        try
        {
            return parse(record);
        }
        catch (InvalidDataException error)
        {
            var id = record.Identity.Length == 0 ? default(MediaId?) : new MediaId(record.Identity);
            throw new GalleryException(_store.Name, $"the record of '{record.Identity}' is damaged or was not written by a gallery: {error.Message} Remove it and embed the item again.", error) { Id = id };
        }
    }
}
