using Microsoft.AspNetCore.Mvc;

namespace CoVR.AspNetCore.Search;

/// <summary>Which items count, as a body or as a query string.</summary>
internal sealed record ItemFilter
{
    private const int MostTags = 32;

    /// <summary><c>image</c> or <c>video</c>.</summary>
    [FromQuery]
    public string? Kind { get; init; }

    [FromQuery]
    public string? Folder { get; init; }

    [FromQuery]
    public DateTimeOffset? TakenFrom { get; init; }

    [FromQuery]
    public DateTimeOffset? TakenTo { get; init; }

    [FromQuery]
    public string[]? Tags { get; init; }

    /// <summary>The filter within a scope; null for all items.</summary>
    public static GalleryFilter? Within(GalleryFilter? scope, ItemFilter? filter)
    {
        GalleryFilter[] all = [.. scope is null ? Array.Empty<GalleryFilter>() : [scope], .. filter?.Filters() ?? []];
        return all.Length switch { 0 => null, 1 => all[0], _ => new GalleryFilter.All(all) };
    }

    private IEnumerable<GalleryFilter> Filters()
    {
        SearchRequest.Require(Kind is null or "image" or "video", "query.invalid", "kind is image or video.");
        SearchRequest.Require(Tags is null || (Tags.Length <= MostTags && Tags.All(tag => tag is not null)), "query.invalid", $"A filter has at most {MostTags} tags.");
        if (Kind is not null)
        {
            yield return new GalleryFilter.OfKind(Kind == "video" ? MediaKind.Video : MediaKind.Picture);
        }

        if (!string.IsNullOrEmpty(Folder))
        {
            yield return new GalleryFilter.InFolder(Folder);
        }

        if (TakenFrom is not null || TakenTo is not null)
        {
            yield return new GalleryFilter.Taken(TakenFrom, TakenTo);
        }

        foreach (var tag in Tags ?? [])
        {
            yield return new GalleryFilter.HasTag(tag);
        }
    }
}
