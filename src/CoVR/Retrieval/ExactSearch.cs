using System.Diagnostics;

namespace CoVR.Retrieval;

/// <summary>Searches the rows of a gallery without approximation.</summary>
/// <remarks>
/// <para>Every returned score is the one that the <see cref="ISimilarity"/> specifies, bit by bit, and rankings do not depend on how queries are grouped:
/// equal scores have a fixed order, and NaN comes last. For <see cref="Similarities.MeanPooled"/> and <see cref="Similarities.MaxOverPairs"/> products of 8-bit codes with a
/// proven bound leave few candidates, which are then scored exactly (<see cref="CodeSearch"/>). For <see cref="Similarities.QueryTimePooled"/> many queries are compared by
/// matrix products over blocks of the gallery. Queries whose filter passes few items are compared directly on all cores. Any other similarity is called for each pair.</para>
/// <para>A search needs a few MiB, whatever the gallery. Safe for use from several threads.</para>
/// </remarks>
/// <param name="similarity">How queries and items are compared.</param>
/// <param name="vectors">Q of the items.</param>
/// <param name="tiesById">Whether equal scores are ordered by identity; false for insertion order, if nothing is ever replaced.</param>
internal sealed class ExactSearch(ISimilarity similarity, int vectors, bool tiesById = true)
{
    private const int Slack = 32;
    // How many pairs a product compares in the time a scan compares one.
    private const int PairsOfAProduct = 32;
    private const long WorthProducts = 1L << 22;
    // How many items are compared by codes in the time a scan compares one, which lies anywhere in memory: for one query, and for one of many.
    private const int ItemsOfAScan = 32;
    private const int ItemsOfAScanOfMany = 256;
    private static readonly int PartsOfSmall = 4 * Environment.ProcessorCount;
    private const long WorthCodes = 1L << 14;
    private static readonly GalleryFilter Everything = new GalleryFilter.All([]);

    private readonly PairScorer _scorer = PairScorer.For(similarity, vectors);

    /// <summary>Whether items of this width are searched by their codes.</summary>
    public static bool UsesCodes(ISimilarity similarity, int dimensions) => PairScorer.For(similarity, 1).HasBounds && RowCodes.Supports(dimensions);

    /// <summary>The rows that represent an item in a search.</summary>
    /// <param name="item">[1, Q, D], or [F, Q, D] where the similarity pools frames.</param>
    public ReadOnlyMemory<float> RowsOf(EmbeddingSet item) => _scorer.RowsOf(item);

    /// <summary>Finds the best items for each query, all in one state.</summary>
    /// <param name="live">The rows.</param>
    /// <param name="queries">Queries with their options.</param>
    /// <param name="cancellationToken">Stops the search between two blocks.</param>
    /// <returns>One result a query.</returns>
    /// <exception cref="ArgumentException">A query has another number of dimensions than the items, several frames, or a value that is not finite; or an option is out of its range.</exception>
    public SearchResult[] Search(LiveRows live, IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var query in queries)
        {
            Require(query, live.Dimensions);
        }

        var (rows, excluded) = live.Find([.. queries.Select(query => query.Options.Exclude)]);
        var masks = new Dictionary<GalleryFilter, RowMask>();
        var prepared = queries.Select((query, i) => Prepare(query, MaskOf(query.Options.Filter).Without(rows, excluded[i]))).ToArray();
        var results = new SearchResult[prepared.Length];
        foreach (var group in Group(prepared, live.Dimensions))
        {
            SearchGroup(prepared.AsSpan(group), rows, results.AsSpan(group), cancellationToken);
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        GC.KeepAlive(rows);
        return Array.ConvertAll(results, result => result with { SearchingTime = elapsed });

        RowMask MaskOf(GalleryFilter? filter)
        {
            filter ??= Everything;
            if (!masks.TryGetValue(filter, out var mask))
            {
                masks[filter] = mask = ReferenceEquals(filter, Everything) ? RowMask.All(rows) : RowMask.Matching(rows, filter, cancellationToken);
            }

            return mask;
        }
    }

    private static void Require(GalleryQuery query, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Options.Top, 1, nameof(SearchOptions.Top));
        ArgumentOutOfRangeException.ThrowIfNegative(query.Options.Offset, nameof(SearchOptions.Offset));
        EmbeddingShapes.RequireOneFrame(query.Embedding, nameof(query));
        EmbeddingShapes.RequireFinite(query.Embedding, "A query");
        if (query.Embedding.Dimensions != dimensions)
        {
            throw new ArgumentException($"A query of {query.Embedding.Dimensions} dimensions cannot search a gallery of {dimensions}.", nameof(query));
        }
    }

    private Query Prepare(GalleryQuery query, RowMask mask) =>
        new(query.Embedding, query.Options, _scorer.RowsOf(query.Embedding), (int)Math.Min((long)query.Options.Offset + query.Options.Top, mask.Count), mask);

    /// <summary>Adjacent queries with equal numbers of rows, together at most <see cref="BlockProducts.RowsOfQueries"/> unless a single one has more.</summary>
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

    private void SearchGroup(ReadOnlySpan<Query> queries, RowSnapshot rows, Span<SearchResult> results, CancellationToken cancellationToken)
    {
        var best = _scorer.HasBounds ? BestByCodes(queries, rows, cancellationToken) : BestByProducts(queries, rows, cancellationToken);
        for (var i = 0; i < queries.Length; i++)
        {
            results[i] = new SearchResult(ToHits(queries[i], best[i] ?? ScanAll(queries[i], rows, cancellationToken), rows), queries[i].Mask.Count);
        }
    }

    /// <summary>The best items of each query; null where scanning is faster.</summary>
    private TopHits?[] BestByCodes(ReadOnlySpan<Query> queries, RowSnapshot rows, CancellationToken cancellationToken)
    {
        var best = new TopHits?[queries.Length];
        var coded = queries.ToArray();
        List<int> places = [];
        for (var i = 0; i < queries.Length; i++)
        {
            if (AreCodesFaster(queries[i], rows, queries.Length > 1 ? ItemsOfAScanOfMany : ItemsOfAScan))
            {
                places.Add(i);
            }
        }

        // Small galleries are shared between threads by queries, large ones by blocks.
        var size = Math.Max(1, (int)Math.Min(places.Count, (((long)places.Count * rows.Blocks.Length) + PartsOfSmall - 1) / PartsOfSmall));
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.ForEach(places.Chunk(size), parallel, part =>
        {
            Query[] asked = [.. part.Select(place => coded[place])];
            var found = new CodeSearch(rows, asked).Run(cancellationToken);
            Parallel.For(0, asked.Length, parallel, i => best[part[i]] = found[i].IsHopeless ? null : Rescore(asked[i], found[i], rows));
        });
        return best;
    }

    private static bool AreCodesFaster(Query query, RowSnapshot rows, int itemsOfAScan) =>
        rows.Rows * rows.Dimensions >= WorthCodes
            && rows.HasCodes
            && (long)query.Mask.Count * itemsOfAScan >= rows.Count
            && (long)query.Depth * ItemsOfAScan <= query.Mask.Count
            && CodeSearch.Supports(query.Rows.Span, rows.Dimensions);

    /// <summary>Ranks items by their exact scores, those that may be best first.</summary>
    private TopHits Rescore(Query query, Survivors found, RowSnapshot rows)
    {
        var best = new TopHits(query.Depth, TiesOf(rows));
        var (uppers, ordinals) = found.ToSorted();
        for (var i = 0; i < uppers.Length && !(uppers[i] < best.Least); i++)
        {
            best.Offer(_scorer.Score(query.Rows, rows.RowsAt(ordinals[i]), rows.Dimensions), ordinals[i]);
        }

        return best;
    }

    /// <summary>The best items of each query; null where scanning is faster.</summary>
    private TopHits?[] BestByProducts(ReadOnlySpan<Query> queries, RowSnapshot rows, CancellationToken cancellationToken)
    {
        var best = new TopHits?[queries.Length];
        if (AreProductsFaster(queries, rows))
        {
            var near = Nearest(queries, rows, cancellationToken);
            for (var i = 0; i < queries.Length; i++)
            {
                best[i] = Rescore(queries[i], near[i], rows);
            }
        }

        return best;
    }

    private bool AreProductsFaster(ReadOnlySpan<Query> queries, RowSnapshot rows)
    {
        var pairs = 0L;
        foreach (var query in queries)
        {
            pairs += query.Mask.Count;
        }

        return _scorer.FrameTemperature is not null
            && queries.Length > 1
            && queries.Length * rows.Rows * rows.Dimensions >= WorthProducts
            && pairs * PairsOfAProduct >= (long)queries.Length * rows.Blocks.Sum(block => (long)block.Count);
    }

    private TopHits[] Nearest(ReadOnlySpan<Query> queries, RowSnapshot rows, CancellationToken cancellationToken)
    {
        var queryRows = new ReadOnlyMemory<float>[queries.Length];
        var best = new TopHits[queries.Length];
        var masks = new RowMask[queries.Length];
        for (var i = 0; i < queries.Length; i++)
        {
            (queryRows[i], best[i], masks[i]) = (queries[i].Rows, new TopHits(queries[i].Depth + Slack), queries[i].Mask);
        }

        using var products = new BlockProducts(queryRows, rows.Dimensions);
        for (var place = 0; place < rows.Blocks.Length; place++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (rows.Blocks[place].AliveCount > 0)
            {
                var at = place;
                products.Score(rows.Blocks[at], _scorer.FrameTemperature!.Value, (i, scores) => best[i].OfferAll(scores, at * RowBlock.Capacity, masks[i][at]));
            }
        }

        return best;
    }

    /// <summary>Ranks candidates by their exact scores; null if candidates that were not kept might be as good as the last one.</summary>
    private TopHits? Rescore(Query query, TopHits near, RowSnapshot rows)
    {
        var candidates = near.ToSorted();
        var best = new TopHits(query.Depth, TiesOf(rows));
        if (candidates.Length == 0 || query.Depth == 0)
        {
            return best;
        }

        var largest = BlockProducts.LongestOf(query.Rows.Span, rows.Dimensions) * rows.LongestRow();
        var margin = 2 * _scorer.MarginOf(BlockProducts.MarginOf(largest, rows.Dimensions), largest);
        var least = candidates[Math.Min(query.Depth, candidates.Length) - 1].Score - margin;
        if (near.IsFull && !(candidates[^1].Score < least))
        {
            return null;
        }

        foreach (var candidate in candidates.TakeWhile(candidate => !(candidate.Score < least)))
        {
            best.Offer(_scorer.Score(query.Rows, rows.RowsAt(candidate.Ordinal), rows.Dimensions), candidate.Ordinal);
        }

        return best;
    }

    private TopHits ScanAll(Query query, RowSnapshot rows, CancellationToken cancellationToken)
    {
        var best = new TopHits(query.Depth, TiesOf(rows));
        if (query.Depth == 0)
        {
            return best;
        }

        Parallel.For(
            0,
            rows.Blocks.Length,
            new ParallelOptions { CancellationToken = cancellationToken },
            () => new TopHits(query.Depth, TiesOf(rows)),
            (place, _, local) =>
            {
                Scan(query, rows, place, local, cancellationToken);
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

    private void Scan(Query query, RowSnapshot rows, int place, TopHits best, CancellationToken cancellationToken)
    {
        var (block, mask) = (rows.Blocks[place], query.Mask[place]);
        for (var first = 0; first < block.Count; first += 64)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var end = Math.Min(first + 64, block.Count);
            for (var item = mask is not null && mask[first / 64] == 0 ? end : first; item < end; item++)
            {
                if (mask is null || Bits.Get(mask, item))
                {
                    best.Offer(_scorer.Score(query.Rows, block.RowsOf(item, rows.Dimensions), rows.Dimensions), (place * RowBlock.Capacity) + item);
                }
            }
        }
    }

    private Comparison<int>? TiesOf(RowSnapshot rows) => tiesById ? rows.CompareIds : null;

    private SearchHit[] ToHits(Query query, TopHits best, RowSnapshot rows)
    {
        var lowest = query.Options.MinimumScore ?? float.NegativeInfinity;
        return [.. best.ToSorted().Skip(query.Options.Offset).TakeWhile(entry => entry.Score >= lowest).Select((entry, i) =>
            new SearchHit(rows.ItemAt(entry.Ordinal).Id, entry.Score, query.Options.Offset + i + 1) { Moment = MomentOf(query, entry.Ordinal, rows) })];
    }

    private Moment? MomentOf(Query query, int ordinal, RowSnapshot rows)
    {
        var item = rows.ItemAt(ordinal);
        if (item.FrameTimes.Count == 0)
        {
            return null;
        }

        var frames = item.Frames ?? new EmbeddingSet(rows.RowsAt(ordinal), vectors, rows.Dimensions, item.FrameTimes.Count);
        return Moment.Of(item.FrameTimes, [.. Enumerable.Range(0, frames.Frames).Select(frame =>
            similarity.Score(query.Embedding, new EmbeddingSet(EmbeddingShapes.FrameOf(frames, frame), vectors, rows.Dimensions)))]);
    }

    /// <param name="Depth">How many of the best are needed: the hits and those skipped before them.</param>
    internal sealed record Query(EmbeddingSet Embedding, SearchOptions Options, ReadOnlyMemory<float> Rows, int Depth, RowMask Mask);
}
