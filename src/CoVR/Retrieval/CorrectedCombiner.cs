namespace CoVR.Retrieval;

/// <summary>The model's embedding of the main pair, corrected by the other parts.</summary>
/// <param name="unwanted">The share of unwanted parts.</param>
/// <param name="kept">The share of parts to be kept.</param>
internal sealed class CorrectedCombiner(float unwanted, float kept) : IQueryCombiner
{
    public string Name => FormattableString.Invariant($"corrected, unwanted {unwanted:0.##}, kept {kept:0.##}");

    public async ValueTask<EmbeddingSet> CombineAsync(
        ComposedQuery query, Func<IReadOnlyList<ComposedQuery>, CancellationToken, Task<IReadOnlyList<EmbeddingSet>>> embed, CancellationToken cancellationToken)
    {
        var terms = TermsOf(query);
        var sets = await embed([.. terms.Select(term => term.Query)], cancellationToken).ConfigureAwait(false);
        return QueryCombiners.Sum([.. terms.Zip(sets, (term, set) => (set, term.Weight))]);
    }

    private List<(ComposedQuery Query, float Weight)> TermsOf(ComposedQuery query)
    {
        var turns = query.Turns;
        var start = Math.Max(0, turns.ToList().FindLastIndex(turn => turn.Parts.Any(part => part is { Role: QueryRole.Wanted, Text: null, Weight: > 0 })));
        QueryPart[] wanted = [.. turns.Skip(start).SelectMany(turn => turn.Parts).Where(part => part is { Role: QueryRole.Wanted, Weight: > 0 })];
        QueryPart[] media = [.. wanted.Where(part => part.Text is null)];
        var text = string.Join(" and ", wanted.Select(part => part.Text).OfType<string>());
        QueryPart[] words = text.Length == 0 ? [] : [QueryPart.OfText(text)];
        List<(ComposedQuery, float)> terms = [.. media.Length == 0 ? [(new ComposedQuery(words), 1f)] : media.Select(part => (new ComposedQuery([Plain(part), .. words]), part.Weight))];
        terms.AddRange(turns.SelectMany(turn => turn.Parts).Where(part => part is { Role: not QueryRole.Wanted, Weight: > 0 }).Select(part =>
            (new ComposedQuery([Plain(part)]), part.Role == QueryRole.Kept ? kept * part.Weight : -unwanted * part.Weight)));
        return terms;
    }

    private static QueryPart Plain(QueryPart part) => part with { Role = QueryRole.Wanted, Weight = 1 };
}
