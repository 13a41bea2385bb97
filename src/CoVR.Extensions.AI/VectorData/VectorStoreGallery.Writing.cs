using CoVR.Retrieval;

namespace CoVR.Extensions.AI.VectorData;

internal sealed partial class VectorStoreGallery<TKey>
{
    public async ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        _info.RequireFit(entries);
        var records = entries.Select(entry => _format.OfEntry(entry, VectorOf(entry))).ToArray();
        using var visit = await WriteAsync(cancellationToken).ConfigureAwait(false);
        var before = await _store.ReadAsync(records.Select(record => record.Key), withVectors: true, cancellationToken).ConfigureAwait(false);
        RequireOwnKeys(records, before);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await _store.UpsertAsync(records).ConfigureAwait(false);
        }
        catch (GalleryException error)
        {
            await RestoreAsync(records, before, error).ConfigureAwait(false);
            throw;
        }

        _count += _count < 0 ? 0 : records.Length - before.Count;
    }

    public async ValueTask<int> RemoveAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var visit = await WriteAsync(cancellationToken).ConfigureAwait(false);
        var present = await RecordsAsync(ids, withVectors: false, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var count = _count;
        _count = -1;
        await _store.DeleteAsync([.. present.Values.Select(record => record.Key), .. ids.Distinct().Select(_keys.OfFailure)]).ConfigureAwait(false);
        _count = count < 0 ? count : count - present.Count;
        return present.Count;
    }

    public async ValueTask RecordFailuresAsync(IReadOnlyList<EmbeddingFailure> failures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(failures);
        using var visit = await WriteAsync(cancellationToken).ConfigureAwait(false);
        await _store.UpsertAsync([.. failures.GroupBy(failure => failure.Id).Select(same => _format.OfFailure(same.Last()))]).ConfigureAwait(false);
    }

    private ReadOnlyMemory<float> VectorOf(GalleryEntry entry)
    {
        var vector = MeanOf(_pooling.Pool(entry.Embedding));
        foreach (var value in vector.Span)
        {
            if (!float.IsFinite(value))
            {
                throw new GalleryException(_info.Name, $"'{entry.Id}' has an embedding whose mean is not finite: it cannot be ranked. Embed the item again.") { Id = entry.Id };
            }
        }

        return vector;
    }

    // The Q vectors of one frame are averaged as if they were frames of one vector.
    private static ReadOnlyMemory<float> MeanOf(EmbeddingSet frame) =>
        FramePoolings.Mean.Pool(new EmbeddingSet(frame.Values, 1, frame.Dimensions, frame.Vectors)).Values;

    private void RequireOwnKeys(GalleryRecord<TKey>[] records, Dictionary<TKey, GalleryRecord<TKey>> before)
    {
        var owners = before.ToDictionary(record => record.Key, record => record.Value.Identity);
        foreach (var record in records)
        {
            if (!owners.TryAdd(record.Key, record.Identity) && owners[record.Key] != record.Identity)
            {
                throw new GalleryException(_info.Name, $"'{record.Identity}' and '{owners[record.Key]}' have the same key, {record.Key}. Use keys of another type, such as Guid, or another function.")
                {
                    Id = new MediaId(record.Identity),
                };
            }
        }
    }

    /// <summary>Undoes a write of which the store may have kept a part.</summary>
    private async Task RestoreAsync(GalleryRecord<TKey>[] records, Dictionary<TKey, GalleryRecord<TKey>> before, GalleryException cause)
    {
        _count = -1;
        try
        {
            await _store.DeleteAsync([.. records.Select(record => record.Key).Where(key => !before.ContainsKey(key))]).ConfigureAwait(false);
            await _store.UpsertAsync([.. before.Values]).ConfigureAwait(false);
        }
        catch (GalleryException)
        {
            throw new GalleryException(_info.Name, $"the vector store failed while it wrote {records.Length} items, and again while the write was undone: some may be new, others old. Write them again once it can be reached.", cause);
        }
    }
}
