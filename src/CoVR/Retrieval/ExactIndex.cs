namespace CoVR.Retrieval;

/// <summary>An exact index that is filled once; equal scores are ordered by insertion.</summary>
/// <remarks>
/// Memory: about 5 bytes x D for each item with mean pooling, x Q without, x F where frames are weighed by queries; a search needs a few MiB, whatever the size of the
/// gallery. Searching is safe from several threads; adding is not, and not while a search runs.
/// </remarks>
internal sealed class ExactIndex
{
    private readonly HashSet<MediaId> _ids = [];
    private ExactSearch? _search;
    private LiveRows? _rows;
    private int _vectors;

    /// <summary>Creates an empty index.</summary>
    /// <param name="similarity">How queries and items are compared.</param>
    public ExactIndex(ISimilarity similarity)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        Similarity = similarity;
    }

    /// <summary>How queries and items are compared.</summary>
    public ISimilarity Similarity { get; }

    /// <summary>How many items there are.</summary>
    public int Count => _ids.Count;

    /// <summary>Adds an item.</summary>
    /// <exception cref="ArgumentException">The identity already exists, the shape differs from the first item's, or a value is not finite.</exception>
    public void Add(MediaId id, EmbeddingSet item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (!Similarity.PoolsFrames)
        {
            EmbeddingShapes.RequireOneFrame(item, nameof(item));
        }

        EmbeddingShapes.RequireFinite(item, $"The embedding of '{id}'");
        if (_rows is not null && (item.Vectors != _vectors || item.Dimensions != _rows.Dimensions))
        {
            throw new ArgumentException($"The embedding of '{id}' is {item.Vectors} x {item.Dimensions}, but the index holds {_vectors} x {_rows.Dimensions}.", nameof(item));
        }

        if (!_ids.Add(id))
        {
            throw new ArgumentException($"'{id}' is already in the index.", nameof(id));
        }

        _vectors = item.Vectors;
        _search ??= new ExactSearch(Similarity, _vectors, tiesById: false);
        _rows ??= new LiveRows(item.Dimensions, ExactSearch.UsesCodes(Similarity, item.Dimensions));
        _rows.Upsert(new LiveItem(new GalleryItem(id, GalleryProperties.None)), _search.RowsOf(item).Span);
    }

    /// <summary>Finds the best items for each query.</summary>
    /// <exception cref="ArgumentException">A query has another number of dimensions than the items, several frames, or a value that is not finite; or the counts differ.</exception>
    public IReadOnlyList<IReadOnlyList<SearchHit>> Search(IReadOnlyList<EmbeddingSet> queries, IReadOnlyList<SearchOptions> options)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(options);
        if (queries.Count != options.Count)
        {
            throw new ArgumentException($"{queries.Count} queries need {queries.Count} options, not {options.Count}.", nameof(options));
        }

        if (_rows is null)
        {
            return [.. queries.Select(_ => Array.Empty<SearchHit>())];
        }

        lock (_ids)
        {
            _rows.Publish();
        }

        return [.. _search!.Search(_rows, [.. queries.Select((query, i) => new GalleryQuery(query, options[i]))], CancellationToken.None).Select(result => result.Hits)];
    }
}
