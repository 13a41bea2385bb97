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
        QueryPart[] words = Joined([.. wanted.Where(part => part is { Text: not null, Weight: 1 })]);
        QueryPart[] shares = [.. wanted.Where(part => part is { Text: not null, Weight: not 1 })];
        QueryPart[] media = [.. wanted.Where(part => part.Text is null)];
        List<(ComposedQuery, float)> terms = [.. media.SelectMany(part => TermsOf(part, words, shares))];
        if (media.Length == 0)
        {
            terms.AddRange([.. words.Select(part => (new ComposedQuery([part]), 1f)), .. shares.Select(part => (new ComposedQuery([Plain(part)]), part.Weight))]);
        }

        terms.AddRange(turns.SelectMany(turn => turn.Parts).Where(part => part is { Role: not QueryRole.Wanted, Weight: > 0 }).Select(part =>
            (new ComposedQuery([Plain(part)]), part.Role == QueryRole.Kept ? kept * part.Weight : -unwanted * part.Weight)));
        return terms;
    }

    // A text of weight w goes the share w of the way from without it to with it.
    private static IEnumerable<(ComposedQuery, float)> TermsOf(QueryPart media, QueryPart[] words, QueryPart[] shares)
    {
        yield return (new ComposedQuery([Plain(media), .. words]), media.Weight);
        foreach (var part in shares)
        {
            yield return (new ComposedQuery([Plain(media), .. Joined([.. words, part])]), media.Weight * part.Weight);
            yield return (new ComposedQuery([Plain(media), .. words]), -media.Weight * part.Weight);
        }
    }

    private static QueryPart[] Joined(QueryPart[] texts) => texts.Length == 0 ? [] : [QueryPart.OfText(string.Join(" and ", texts.Select(part => part.Text)))];

    private static QueryPart Plain(QueryPart part) => part with { Role = QueryRole.Wanted, Weight = 1 };
}
