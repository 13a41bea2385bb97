using System.Collections.Frozen;
using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>Ranks a gallery for queries by the rules of a plan.</summary>
internal sealed class GallerySearch(EvaluationPlan plan, EvaluationGallery gallery)
{
    /// <summary>Ranks.</summary>
    /// <param name="triplets">The queries.</param>
    /// <param name="queries">Their embeddings.</param>
    /// <param name="search">The number of hits and the excluded items of each query.</param>
    public IReadOnlyList<IReadOnlyList<SearchHit>> Rank(IReadOnlyList<Triplet> triplets, IReadOnlyList<EmbeddingSet> queries, IReadOnlyList<SearchOptions> search)
    {
        // One hit more shows whether the last one is tied.
        SearchOptions[] inIndex =
        [
            .. search.Select(options => new SearchOptions
            {
                Top = plan.Rules.TieBreaker is not null && options.Top < int.MaxValue ? options.Top + 1 : options.Top,
                Exclude = options.Exclude.SelectMany(gallery.CandidatesOf).ToFrozenSet(),
            }),
        ];
        var found = gallery.Index.Search(queries, inIndex);
        return [.. triplets.Select((triplet, i) => Named(Finish(found[i], queries[i], inIndex[i], search[i].Top), triplet))];
    }

    private IReadOnlyList<SearchHit> Finish(IReadOnlyList<SearchHit> hits, EmbeddingSet query, SearchOptions search, int top)
    {
        var isWhole = hits.Count < search.Top;
        if (plan.Rules.TieBreaker is { } ties && (HasTies(hits, ties) || (isWhole && search.Exclude.Count > 0)))
        {
            return Order(isWhole ? hits : gallery.Index.Search([query], [search with { Top = int.MaxValue }])[0], search.Exclude, ties, top);
        }

        return hits.Count > top ? [.. hits.Take(top)] : hits;
    }

    private static bool HasTies(IReadOnlyList<SearchHit> hits, ITieBreaker ties)
    {
        for (var i = 1; i < hits.Count; i++)
        {
            if (ties.AreTied(hits[i - 1].Score, hits[i].Score))
            {
                return true;
            }
        }

        return false;
    }

    private SearchHit[] Order(IReadOnlyList<SearchHit> hits, IReadOnlySet<MediaId> excluded, ITieBreaker ties, int top)
    {
        var scores = new float[gallery.Index.Count];
        Array.Fill(scores, float.NegativeInfinity);
        foreach (var hit in hits)
        {
            scores[gallery.PlaceOf(hit.Id)] = hit.Score;
        }

        var order = ties.Order(scores, excluded.Select(gallery.PlaceOf).ToFrozenSet());
        return [.. order.Take(top).Select((place, rank) => new SearchHit(gallery.Candidates[place].Candidate.Id, scores[place], rank + 1))];
    }

    /// <summary>Maps a query's own candidate to its item.</summary>
    private IReadOnlyList<SearchHit> Named(IReadOnlyList<SearchHit> hits, Triplet triplet) => gallery.OwnCandidateOf(triplet) is { } own
        ? [.. hits.Select(hit => hit.Id == own.Id ? hit with { Id = own.Item } : hit)]
        : hits;
}
