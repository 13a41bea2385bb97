using CoVR.Modeling;
using CoVR.Retrieval;

namespace CoVR.Embedding;

/// <summary>Embeds queries: pairs by the model or from the gallery, queries of more parts by the pipeline's combiner over such pairs.</summary>
internal sealed class QueryEmbedder(RetrievalPipeline pipeline)
{
    private const int AtOnce = 16;

    private readonly Dictionary<MediaId, GalleryEntry> _items = [];

    /// <summary>Embeds queries, for each [1, Q, D].</summary>
    /// <exception cref="QueryException">An item is not in the gallery.</exception>
    public async Task<IReadOnlyList<EmbeddingSet>> EmbedAsync(IReadOnlyList<ComposedQuery> queries, CancellationToken cancellationToken)
    {
        var pairs = queries.Select(QueryPair.Of).ToArray();
        var sets = new EmbeddingSet[queries.Count];
        foreach (var some in Enumerable.Range(0, sets.Length).Where(i => pairs[i] is not null).GroupBy(i => pairs[i]!.Parts).SelectMany(kind => kind.Chunk(AtOnce)))
        {
            foreach (var (i, set) in some.Zip(await EmbedPairsAsync([.. some.Select(i => pairs[i]!)], cancellationToken).ConfigureAwait(false)))
            {
                sets[i] = set;
            }
        }

        for (var i = 0; i < sets.Length; i++)
        {
            sets[i] ??= await CombineAsync(queries[i], cancellationToken).ConfigureAwait(false);
        }

        return sets;
    }

    private async Task<EmbeddingSet> CombineAsync(ComposedQuery query, CancellationToken cancellationToken)
    {
        var combiner = pipeline.Combiner;
        var set = await combiner.CombineAsync(query, EmbedPairsAsync, cancellationToken).ConfigureAwait(false);
        return set.Frames == 1 && VectorMath.IndexOfNotFinite(set.Values.Span) < 0
            ? set
            : throw new InvalidOperationException($"The combiner {combiner.Name} returned {set.Frames} frames or numbers that are not finite; a query is one frame of finite numbers.");
    }

    private Task<IReadOnlyList<EmbeddingSet>> EmbedPairsAsync(IReadOnlyList<ComposedQuery> queries, CancellationToken cancellationToken) => EmbedPairsAsync(
        [.. queries.Select(query => QueryPair.Of(query) ?? throw new ArgumentException("Only queries of one reference, one text or both can be embedded without a combiner.", nameof(queries)))],
        cancellationToken);

    private async Task<IReadOnlyList<EmbeddingSet>> EmbedPairsAsync(QueryPair[] pairs, CancellationToken cancellationToken)
    {
        await ReadItemsAsync(pairs, cancellationToken).ConfigureAwait(false);
        var asked = pairs.Select(WithFile).ToArray();
        var encoded = new Queue<EmbeddingSet>(await EncodeAsync([.. asked.Where(pair => !pair.IsStored)], cancellationToken).ConfigureAwait(false));
        return [.. pairs.Zip(asked, (pair, seen) => seen.IsStored ? StoredOf(pair)
            : pair.Item is not null && seen.Media is null ? QueryCombiners.Sum([(StoredOf(pair), 1), (encoded.Dequeue(), 1)])
            : encoded.Dequeue())];
    }

    private EmbeddingSet StoredOf(QueryPair pair) => EmbeddingShapes.UnitRows(pipeline.Pooling.Pool(_items[pair.Item!.Value].Embedding));

    /// <summary>The pair that the model is asked for: an item with a text has its file as the reference, or without one the text alone.</summary>
    private QueryPair WithFile(QueryPair pair) => pair.Item is not { } item || pair.IsStored || pair.Media is not null ? pair
        : _items[item].Properties.Source is { } path && File.Exists(path) ? pair with { Media = MediaSource.FromFile(path) }
        : new QueryPair(null, null, pair.Text);

    private async Task ReadItemsAsync(QueryPair[] pairs, CancellationToken cancellationToken)
    {
        MediaId[] missing = [.. pairs.Select(pair => pair.Item).OfType<MediaId>().Distinct().Where(id => !_items.ContainsKey(id))];
        if (missing.Length == 0)
        {
            return;
        }

        foreach (var entry in await pipeline.Gallery.GetAsync(missing, cancellationToken).ConfigureAwait(false))
        {
            _items[entry.Id] = entry;
        }

        if (missing.Where(id => !_items.ContainsKey(id)).Take(1).ToArray() is [var unknown])
        {
            throw new QueryException(QueryPart.OfItem(unknown).ToString(), "the gallery does not hold it; use the identity of an item that is there.");
        }
    }

    /// <summary>Encodes pairs; each picture or video is read and encoded once.</summary>
    private async Task<EmbeddingSet[]> EncodeAsync(QueryPair[] pairs, CancellationToken cancellationToken)
    {
        if (pairs.Length == 0)
        {
            return [];
        }

        MediaSource[] media = [.. pairs.Select(pair => pair.Media).OfType<MediaSource>().Distinct()];
        using var prepared = new PreparedBatch(media.Length);
        await prepared.ReadAsync(i => PreparedMedia.ReadReferenceAsync(pipeline, media[i], cancellationToken), cancellationToken).ConfigureAwait(false);
        return await ModelCalls.EncodePairsAsync(pipeline.Model, prepared.Items, [.. pairs.Select(pair => (Array.IndexOf(media, pair.Media), pair.Text))], cancellationToken).ConfigureAwait(false);
    }
}
