namespace CoVR.AspNetCore.Search;

internal enum QueryRole { Wanted, Kept, Unwanted }

internal sealed record QueryPart(string? Text, MediaSource? Media, MediaId? Item)
{
    public const int MaxParts = 16;
    public QueryRole Role { get; init; }
    public float Weight { get; init; } = 1;
    public static QueryPart OfText(string text) => new(text, null, null);
    public static QueryPart OfMedia(MediaSource media) => new(null, media, null);
    public static QueryPart OfItem(MediaId id, MediaSource? source) => new(null, source, id);
    public static ComposedQuery Query(IReadOnlyList<QueryPart> parts) => new(parts.FirstOrDefault(part => part.Media is not null)?.Media, string.Join(", ", parts.Where(part => part.Text is not null).Select(part => part.Text)));
    public static MediaSource Between(MediaSource source, TimeSpan from, TimeSpan to) => source;
}

internal sealed class QueryException(string reason) : Exception(reason)
{
    public string Reason => Message;
}
