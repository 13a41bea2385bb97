using CoVR.Modeling;
using CoVR.Retrieval;

namespace CoVR.Embedding;

/// <summary>Embeds queries: pairs by the model or from the gallery, queries of more parts by the pipeline's combiner over such pairs.</summary>
internal sealed class QueryEmbedder(RetrievalPipeline pipeline)
{
    private readonly Dictionary<MediaId, GalleryEntry> _items = [];

    /// <summary>Embeds queries, for each [1, Q, D].</summary>
    /// <exception cref="QueryException">An item is not in the gallery.</exception>
    public async Task<IReadOnlyList<EmbeddingSet>> EmbedAsync(IReadOnlyList<ComposedQuery> queries, CancellationToken cancellationToken)
    {
        var pairs = queries.Select(QueryPair.Of).ToArray();
        var embedded = await EmbedPairsAsync([.. pairs.OfType<QueryPair>()], cancellationToken).ConfigureAwait(false);
        var (sets, next) = (new EmbeddingSet[queries.Count], 0);
        for (var i = 0; i < sets.Length; i++)
        {
            sets[i] = pairs[i] is not null ? embedded[next++] : await CombineAsync(queries[i], cancellationToken).ConfigureAwait(false);
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
        var (sets, asked) = (new EmbeddingSet[pairs.Length], pairs.Select(WithFile).ToArray());
        foreach (var some in Enumerable.Range(0, pairs.Length).Where(i => !asked[i].IsStored).GroupBy(i => asked[i].Parts).SelectMany(kind => kind.Chunk(MediaCalls.AtOnce)))
        {
            var encoded = await EncodeAsync([.. some.Select(i => asked[i])], cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++)
            {
                sets[some[i]] = encoded[i];
            }
        }

        for (var i = 0; i < pairs.Length; i++)
        {
            if (pairs[i].Item is { } item && asked[i].Media is null)
            {
                var stored = EmbeddingShapes.UnitRows(pipeline.Pooling.Pool(_items[item].Embedding));
                sets[i] = sets[i] is null ? stored : QueryCombiners.Sum([(stored, 1), (sets[i], 1)]);
            }
        }

        return sets;
    }

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

    /// <summary>Encodes pairs of one kind; each picture or video is read once.</summary>
    private async Task<EmbeddingSet[]> EncodeAsync(QueryPair[] pairs, CancellationToken cancellationToken)
    {
        MediaSource[] media = [.. pairs.Select(pair => pair.Media).OfType<MediaSource>().Distinct()];
        using var prepared = new PreparedBatch(media.Length);
        await prepared.ReadAsync(i => PreparedMedia.ReadReferenceAsync(pipeline, media[i], cancellationToken), cancellationToken).ConfigureAwait(false);
        PreparedMedia[] references = [.. pairs.Where(pair => pair.Media is not null).Select(pair => prepared.Items[Array.IndexOf(media, pair.Media)])];
        return await ModelCalls.EncodeQueriesAsync(pipeline.Model, references, [.. pairs.Select(pair => pair.Text ?? string.Empty)], pairs[0].Parts, cancellationToken).ConfigureAwait(false);
    }
}
