using System.Runtime.CompilerServices;

namespace CoVR.Retrieval;

/// <summary>A gallery in memory, searched exactly.</summary>
/// <remarks>
/// <para>Every score is the one that the <see cref="ISimilarity"/> specifies, bit by bit. Any number of threads may read and write; writers wait for one
/// another, readers never wait for writers.</para>
/// <para>Memory: 4 bytes for each of the F x Q x D numbers of an entry, 4 x D more for its pooled row (x Q for <see cref="Similarities.MaxOverPairs"/>) unless
/// that is the entry's only one, and D + 12 for that row's 8-bit codes; at most about twice as much when entries are replaced and removed. Nothing is kept on disk.</para>
/// </remarks>
public sealed class MemoryGallery : IGallery
{
    private readonly GalleryInfo _info;
    private readonly ISimilarity _similarity;
    private readonly IFramePooling _pooling;
    private readonly ExactSearch _search;
    private readonly LiveRows _rows;
    private readonly Lock _writing = new();
    private readonly Dictionary<MediaId, EmbeddingFailure> _failures = [];
    private volatile bool _disposed;

    /// <summary>Makes an empty gallery.</summary>
    /// <param name="fingerprint">What made its embeddings.</param>
    /// <param name="similarity">How queries and items are compared; null for <see cref="Similarities.MeanPooled"/>.</param>
    /// <param name="pooling">Pools an entry's frames into one, unless the similarity does; null for <see cref="FramePoolings.Mean"/>.</param>
    public MemoryGallery(EmbeddingFingerprint fingerprint, ISimilarity? similarity = null, IFramePooling? pooling = null)
    {
        ArgumentNullException.ThrowIfNull(fingerprint);
        _similarity = similarity ?? Similarities.MeanPooled;
        _pooling = pooling ?? FramePoolings.Mean;
        _info = new GalleryInfo("in memory", fingerprint, _similarity.Name);
        _search = new ExactSearch(_similarity, fingerprint.Vectors);
        _rows = new LiveRows(fingerprint.Dimensions, ExactSearch.UsesCodes(_similarity, fingerprint.Dimensions));
    }

    /// <inheritdoc/>
    public ValueTask<GalleryInfo> GetInfoAsync(CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        return new(_info);
    }

    /// <inheritdoc/>
    /// <exception cref="GalleryException">An entry does not fit.</exception>
    public ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        Begin(cancellationToken);
        _info.RequireFit(entries);
        var rows = entries.Select(RowsOf).ToArray();
        lock (_writing)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                _rows.Upsert(new Item(entries[i], keepsFrames: !rows[i].Equals(entries[i].Embedding.Values)), rows[i].Span);
                _failures.Remove(entries[i].Id);
            }

            _rows.Publish();
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<int> RemoveAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        Begin(cancellationToken);
        lock (_writing)
        {
            var removed = 0;
            foreach (var id in ids.ToHashSet())
            {
                removed += _rows.Remove(id) ? 1 : 0;
                _failures.Remove(id);
            }

            _rows.Publish();
            return new(removed);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        return new(_rows.Contains(id));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<GalleryEntry>> GetAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        Begin(cancellationToken);
        var (rows, ordinals) = _rows.Find([ids]);
        return new([.. ordinals[0].Select(ordinal => ((Item)rows.ItemAt(ordinal)).ToEntry(rows.RowsAt(ordinal), _info.Fingerprint))]);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GalleryItem> ListAsync(GalleryFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        await Task.CompletedTask.ConfigureAwait(false);
        var items = _rows.Snapshot.Items.Select(item => item.Description).Where(item => filter is null || filter.Matches(item));
        foreach (var item in items.OrderBy(item => item.Id))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> CountAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        var rows = _rows.Snapshot;
        return new(filter is null ? rows.Count : RowMask.Matching(rows, filter, cancellationToken).Count);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        Begin(cancellationToken);
        return await Task.Run(() => _search.Search(_rows, queries, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask RecordFailuresAsync(IReadOnlyList<EmbeddingFailure> failures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(failures);
        Begin(cancellationToken);
        lock (_writing)
        {
            foreach (var failure in failures)
            {
                _failures[failure.Id] = failure;
            }
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<MediaId, EmbeddingFailure>> GetFailuresAsync(CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        lock (_writing)
        {
            return new(_failures.Where(failure => !_rows.Contains(failure.Key)).ToDictionary());
        }
    }

    /// <summary>Rejects further calls; running ones complete.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return default;
    }

    private void Begin(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private ReadOnlyMemory<float> RowsOf(GalleryEntry entry)
    {
        var rows = _search.RowsOf(_similarity.PoolsFrames ? entry.Embedding : _pooling.Pool(entry.Embedding));
        return VectorMath.IndexOfNotFinite(rows.Span) < 0
            ? rows
            : throw new GalleryException(_info.Name, $"'{entry.Id}' has an embedding whose mean is not finite: it cannot be ranked. Embed the item again.") { Id = entry.Id };
    }

    /// <param name="entry">The entry.</param>
    /// <param name="keepsFrames">False if the searchable rows are the entry's own numbers.</param>
    private sealed class Item(GalleryEntry entry, bool keepsFrames) : LiveItem(new GalleryItem(entry.Id, entry.Properties))
    {
        private readonly int _frames = entry.Embedding.Frames;

        public override IReadOnlyList<TimeSpan> FrameTimes { get; } = entry.FrameTimes;

        public override EmbeddingSet? Frames { get; } = keepsFrames ? entry.Embedding : null;

        public GalleryEntry ToEntry(ReadOnlyMemory<float> rows, EmbeddingFingerprint fingerprint) =>
            new(Id, Frames ?? new EmbeddingSet(rows.ToArray(), fingerprint.Vectors, fingerprint.Dimensions, _frames)) { FrameTimes = FrameTimes, Properties = Description.Properties };
    }
}
