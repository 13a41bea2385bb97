using System.Collections.Frozen;
using CoVR.Modeling;

namespace CoVR;

/// <summary>Searches a whole gallery in memory, without approximation.</summary>
/// <remarks>
/// <para>Every returned score is the one that the <see cref="ISimilarity"/> specifies, bit by bit, and rankings do not depend
/// on how queries are grouped: equal scores come in the order of adding, a score that is not a number comes last. For
/// <see cref="MeanPooledSimilarity"/>, <see cref="MaxOverPairsSimilarity"/> and <see cref="QueryTimePooledSimilarity"/> many queries are compared by matrix products
/// over blocks of the gallery, whose few best candidates are then scored exactly; a single query is compared on all cores.
/// Another similarity is called for each pair.</para>
/// <para>Memory: 4 bytes x D for each item with mean pooling, x Q without, x F where frames are weighed by queries; a search needs a few MiB, whatever the
/// gallery. Searching is safe from several threads; adding is not, and not while a search runs.</para>
/// </remarks>
public sealed class ExactIndex : ICandidateIndex
{
    private const int Slack = 32;
    private const long WorthProducts = 1L << 22;

    private readonly PairScorer _scorer;
    private readonly List<MediaId> _ids = [];
    private readonly Dictionary<MediaId, int> _ordinals = [];
    private GalleryRows? _gallery;
    private int _vectors;

    /// <summary>Makes an empty index.</summary>
    /// <param name="similarity">How queries and items are compared.</param>
    public ExactIndex(ISimilarity similarity)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        Similarity = similarity;
        _scorer = PairScorer.For(similarity);
    }

    /// <summary>How queries and items are compared.</summary>
    public ISimilarity Similarity { get; }

    /// <inheritdoc/>
    public int Count => _ids.Count;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The identity is there already, the shape differs from the first item's, or a value is not finite.</exception>
    public void Add(MediaId id, EmbeddingSet item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (!Similarity.PoolsFrames)
        {
            EmbeddingShapes.RequireOneFrame(item, nameof(item));
        }

        EmbeddingShapes.RequireFinite(item, $"The embedding of '{id}'");
        if (_gallery is not null && (item.Vectors != _vectors || item.Dimensions != _gallery.Dimensions))
        {
            throw new ArgumentException($"The embedding of '{id}' is {item.Vectors} x {item.Dimensions}, the index holds {_vectors} x {_gallery.Dimensions}.", nameof(item));
        }

        if (!_ordinals.TryAdd(id, _ids.Count))
        {
            throw new ArgumentException($"'{id}' is in the index already.", nameof(id));
        }

        var rows = _scorer.RowsOf(item);
        _vectors = _scorer.CandidateVectors = item.Vectors;
        _gallery ??= new GalleryRows(item.Dimensions);
        _gallery.Add(rows.Span);
        _ids.Add(id);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A query has another number of dimensions than the items, several frames, or a value that is not finite; or the counts differ.</exception>
    public IReadOnlyList<IReadOnlyList<SearchHit>> Search(IReadOnlyList<EmbeddingSet> queries, IReadOnlyList<SearchOptions> options)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(options);
        if (queries.Count != options.Count)
        {
            throw new ArgumentException($"{queries.Count} queries need as many options, not {options.Count}.", nameof(options));
        }

        foreach (var option in options)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(option.Top, 1, nameof(SearchOptions.Top));
        }

        if (_gallery is null)
        {
            return [.. queries.Select(_ => Array.Empty<SearchHit>())];
        }

        var prepared = queries.Select((query, i) => Prepare(query, options[i], _gallery.Dimensions)).ToArray();
        var hits = new IReadOnlyList<SearchHit>[prepared.Length];
        foreach (var group in Group(prepared, _gallery.Dimensions))
        {
            SearchGroup(prepared.AsSpan(group), _gallery).CopyTo(hits.AsSpan(group));
        }

        return hits;
    }

    private Query Prepare(EmbeddingSet query, SearchOptions options, int dimensions)
    {
        EmbeddingShapes.RequireOneFrame(query, nameof(query));
        EmbeddingShapes.RequireFinite(query, "A query");
        if (query.Dimensions != dimensions)
        {
            throw new ArgumentException($"A query of {query.Dimensions} dimensions cannot search an index of {dimensions}.", nameof(query));
        }

        var excluded = options.Exclude.Select(id => _ordinals.GetValueOrDefault(id, -1)).Where(ordinal => ordinal >= 0);
        return new Query(_scorer.RowsOf(query), Math.Min(options.Top, Count), excluded.ToFrozenSet());
    }

    /// <summary>Neighbours with equally many rows, together at most <see cref="BlockProducts.RowsOfQueries"/> unless one alone has more.</summary>
    private static IEnumerable<Range> Group(Query[] queries, int dimensions)
    {
        var start = 0;
        for (var end = 1; end <= queries.Length; end++)
        {
            var size = queries[start].Rows.Length;
            var limit = Math.Max(1, BlockProducts.RowsOfQueries * dimensions / size);
            if (end == queries.Length || queries[end].Rows.Length != size || end - start == limit)
            {
                yield return start..end;
                start = end;
            }
        }
    }

    private IReadOnlyList<SearchHit>[] SearchGroup(ReadOnlySpan<Query> queries, GalleryRows gallery)
    {
        var rows = queries[0].Rows.Length / gallery.Dimensions;
        var work = queries.Length * rows * gallery.Rows * gallery.Dimensions;
        var products = _scorer.HasProducts && work >= WorthProducts && (queries.Length > 1 || (rows * gallery.Rows > Count && _scorer.FrameTemperature is null));
        var hits = new IReadOnlyList<SearchHit>[queries.Length];
        var near = products ? Nearest(queries, gallery, _scorer.FrameTemperature) : [];
        for (var i = 0; i < queries.Length; i++)
        {
            var best = (products ? Rescore(queries[i], near[i], gallery) : null) ?? ScanAll(queries[i], gallery);
            hits[i] = ToHits(best);
        }

        return hits;
    }

    private static TopHits[] Nearest(ReadOnlySpan<Query> queries, GalleryRows gallery, float? frameTemperature)
    {
        NativeTorch.EnsureLoaded();
        var rows = new ReadOnlyMemory<float>[queries.Length];
        var best = new TopHits[queries.Length];
        for (var i = 0; i < queries.Length; i++)
        {
            (rows[i], best[i]) = (queries[i].Rows, new TopHits(queries[i].Top + Slack, queries[i].Excluded));
        }

        var products = new BlockProducts(rows, gallery.Dimensions);
        foreach (var block in gallery.Blocks)
        {
            products.Score(block, frameTemperature, best);
        }

        return best;
    }

    /// <summary>Ranks candidates by their exact scores; null when more may be as good as the last than were kept.</summary>
    private TopHits? Rescore(Query query, TopHits near, GalleryRows gallery)
    {
        var candidates = near.ToSorted();
        var best = new TopHits(query.Top, FrozenSet<int>.Empty);
        if (candidates.Length == 0)
        {
            return best;
        }

        var largest = BlockProducts.LongestOf(query.Rows.Span, gallery.Dimensions) * gallery.LargestNorm;
        var margin = 2 * _scorer.MarginOf(BlockProducts.MarginOf(largest, gallery.Dimensions), largest);
        var least = candidates[Math.Min(query.Top, candidates.Length) - 1].Score - margin;
        if (near.IsFull && !(candidates[^1].Score < least))
        {
            return null;
        }

        foreach (var candidate in candidates.TakeWhile(candidate => !(candidate.Score < least)))
        {
            best.Offer(_scorer.Score(query.Rows, gallery[candidate.Ordinal], gallery.Dimensions), candidate.Ordinal);
        }

        return best;
    }

    private TopHits ScanAll(Query query, GalleryRows gallery)
    {
        var best = new TopHits(query.Top, query.Excluded);
        Parallel.ForEach(
            gallery.Blocks,
            () => new TopHits(query.Top, query.Excluded),
            (block, _, local) =>
            {
                for (var i = 0; i < block.Items; i++)
                {
                    local.Offer(_scorer.Score(query.Rows, block.Item(i), gallery.Dimensions), block.FirstOrdinal + i);
                }

                return local;
            },
            local =>
            {
                lock (best)
                {
                    best.Merge(local);
                }
            });
        return best;
    }

    private SearchHit[] ToHits(TopHits best)
    {
        var sorted = best.ToSorted();
        var hits = new SearchHit[sorted.Length];
        for (var i = 0; i < hits.Length; i++)
        {
            hits[i] = new SearchHit(_ids[sorted[i].Ordinal], sorted[i].Score, i + 1);
        }

        return hits;
    }

    private sealed record Query(ReadOnlyMemory<float> Rows, int Top, FrozenSet<int> Excluded);
}
