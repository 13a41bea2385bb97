using System.Collections.Frozen;
using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>Ranks a gallery for queries by the rules of a plan: what is excluded, where it ends, and how ties fall.</summary>
internal sealed class GallerySearch(EvaluationPlan plan, EvaluationGallery gallery)
{
    private readonly bool _sortsWhole = plan.Rules.Ties is TieOrder.NumpyArgsort or TieOrder.RoundedDistance;

    /// <summary>Ranks.</summary>
    /// <param name="triplets">The queries.</param>
    /// <param name="queries">Their embeddings.</param>
    /// <param name="search">For each how many hits and which items are excluded.</param>
    public IReadOnlyList<IReadOnlyList<SearchHit>> Rank(IReadOnlyList<Triplet> triplets, IReadOnlyList<EmbeddingSet> queries, IReadOnlyList<SearchOptions> search)
    {
        SearchOptions[] inIndex =
        [
            .. search.Select(options => new SearchOptions
            {
                Top = _sortsWhole && options.Top < int.MaxValue ? options.Top + 1 : options.Top,
                Exclude = options.Exclude.SelectMany(gallery.ColumnsOf).ToFrozenSet(),
            }),
        ];
        var found = gallery.Index.Search(queries, inIndex);
        return [.. triplets.Select((triplet, i) => Named(Finish(found[i], queries[i], inIndex[i], search[i].Top), triplet))];
    }

    private IReadOnlyList<SearchHit> Finish(IReadOnlyList<SearchHit> hits, EmbeddingSet query, SearchOptions search, int top)
    {
        if (_sortsWhole && (HasTies(hits) || (search.Exclude.Count > 1 && hits.Count < search.Top)))
        {
            var all = hits.Count < search.Top ? hits : gallery.Index.Search([query], [search with { Top = int.MaxValue }])[0];
            return SortWhole(all, search, top);
        }

        var kept = hits.Count > top ? [.. hits.Take(top)] : hits;
        return plan.Rules.Exclusion == ExclusionEffect.Last ? WithLast(kept, search, top) : kept;
    }

    private bool HasTies(IReadOnlyList<SearchHit> hits)
    {
        for (var i = 1; i < hits.Count; i++)
        {
            if (KeyOf(hits[i].Score) == KeyOf(hits[i - 1].Score))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What the reference sorts: higher is better.</summary>
    private float KeyOf(float score) => plan.Rules.Ties == TieOrder.RoundedDistance ? -(1f - score) : score;

    /// <summary>Sorts the whole gallery as the reference does, excluded items at the lowest score where the rules rank them.</summary>
    private SearchHit[] SortWhole(IReadOnlyList<SearchHit> hits, SearchOptions search, int top)
    {
        var keys = new float[gallery.Index.Count];
        var columns = new SearchHit?[keys.Length];
        Array.Fill(keys, float.NegativeInfinity);
        foreach (var hit in hits)
        {
            var column = gallery.Order[hit.Id];
            (columns[column], keys[column]) = (hit, KeyOf(hit.Score));
        }

        if (plan.Rules.Exclusion == ExclusionEffect.Last)
        {
            foreach (var id in search.Exclude)
            {
                columns[gallery.Order[id]] = new SearchHit(id, float.NegativeInfinity, 0);
            }
        }

        var order = plan.Rules.Ties == TieOrder.RoundedDistance
            ? TorchArgsort.Ascending(Array.ConvertAll(keys, key => -key))
            : NumpyArgsort.Ascending(keys).Reverse();
        return [.. order.Where(column => columns[column] is not null).Take(top).Select((column, place) => columns[column]! with { Rank = place + 1 })];
    }

    /// <summary>Puts excluded candidates behind all others, where there is room.</summary>
    private IReadOnlyList<SearchHit> WithLast(IReadOnlyList<SearchHit> hits, SearchOptions search, int top)
    {
        var room = top - hits.Count;
        if (room <= 0)
        {
            return hits;
        }

        var last = search.Exclude.OrderBy(id => gallery.Order[id]).Take(room);
        return [.. hits, .. last.Select((id, i) => new SearchHit(id, float.NegativeInfinity, hits.Count + i + 1))];
    }

    /// <summary>Gives a query's own column the name of its target.</summary>
    private IReadOnlyList<SearchHit> Named(IReadOnlyList<SearchHit> hits, Triplet triplet) => gallery.OwnColumns.TryGetValue(triplet.Id, out var own)
        ? [.. hits.Select(hit => hit.Id == own ? hit with { Id = triplet.Target!.Value } : hit)]
        : hits;
}
