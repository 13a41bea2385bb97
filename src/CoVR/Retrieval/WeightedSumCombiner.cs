namespace CoVR.Retrieval;

/// <summary>The weighted sum of the embeddings of all parts of all turns.</summary>
internal sealed class WeightedSumCombiner : IQueryCombiner
{
    public string Name => "weighted sum";

    public async ValueTask<EmbeddingSet> CombineAsync(
        ComposedQuery query, Func<IReadOnlyList<ComposedQuery>, CancellationToken, Task<IReadOnlyList<EmbeddingSet>>> embed, CancellationToken cancellationToken)
    {
        QueryPart[] parts = [.. query.Turns.SelectMany(turn => turn.Parts).Where(part => part.Weight > 0)];
        var sets = await embed([.. parts.Select(part => new ComposedQuery([part with { Role = QueryRole.Wanted, Weight = 1 }]))], cancellationToken).ConfigureAwait(false);
        return QueryCombiners.Sum([.. parts.Zip(sets, (part, set) => (set, part.Role == QueryRole.Unwanted ? -part.Weight : part.Weight))]);
    }
}
