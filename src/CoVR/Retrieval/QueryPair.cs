using CoVR.Modeling;

namespace CoVR.Retrieval;

/// <summary>The simplest form of a query: one picture, video or item, one text, or both, all wanted.</summary>
/// <param name="Media">The picture or video; null for none, or for the item's own file.</param>
/// <param name="Item">The item of the gallery; null for none.</param>
/// <param name="Text">The text; null for none.</param>
internal sealed record QueryPair(MediaSource? Media, MediaId? Item, string? Text)
{
    /// <summary>What the model is asked for.</summary>
    public QueryParts Parts => (Media is null && Item is null ? 0 : QueryParts.Reference) | (Text is null ? 0 : QueryParts.Modification);

    /// <summary>Whether the stored embedding of an item is the query.</summary>
    public bool IsStored => Item is not null && Text is null;

    /// <summary>A query as a pair; null if it has more to it.</summary>
    public static QueryPair? Of(ComposedQuery query)
    {
        var (seen, text) = (query.Parts.Where(part => part.Text is null).ToArray(), query.Parts.Where(part => part.Text is not null).ToArray());
        return query.Previous is null && seen.Length <= 1 && text.Length <= 1 && query.Parts.All(part => part is { Role: QueryRole.Wanted, Weight: 1 })
            ? new QueryPair(seen.FirstOrDefault()?.Media, seen.FirstOrDefault()?.Item, text.FirstOrDefault()?.Text)
            : null;
    }

    /// <summary>Which kinds of parts a query has, for meters and traces.</summary>
    public static string KindOf(ComposedQuery query) => Of(query)?.Parts.ToString() ?? "Several";
}
