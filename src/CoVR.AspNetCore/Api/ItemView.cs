using CoVR.AspNetCore.Files;
using Microsoft.AspNetCore.Http;

namespace CoVR.AspNetCore.Api;

/// <summary>The public description of an item, without paths or other details of the server.</summary>
internal record ItemView
{
    public string Id { get; init; } = "";

    /// <summary>The last part of the identity.</summary>
    public string Name { get; init; } = "";

    /// <summary>The parts of the identity before the name; empty for none.</summary>
    public string Folder { get; init; } = "";

    /// <summary><c>image</c> or <c>video</c>; null if unknown.</summary>
    public string? Kind { get; init; }

    /// <summary>The length of a video in seconds, as the times of its embedded frames suggest; null if unknown.</summary>
    public double? Duration { get; init; }

    public DateTimeOffset? Taken { get; init; }

    public DateTimeOffset? Modified { get; init; }

    public long? Bytes { get; init; }

    public string? Camera { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public string Thumbnail { get; init; } = "";

    public string Media { get; init; } = "";

    /// <summary>Describes an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="links">Makes addresses.</param>
    /// <param name="times">The times of its embedded frames.</param>
    public static T Of<T>(GalleryItem item, ItemLinks links, IReadOnlyList<TimeSpan>? times = null)
        where T : ItemView, new()
    {
        var (id, of) = (item.Id.Value, item.Properties);
        var slash = id.LastIndexOf('/');
        return new T
        {
            Id = id,
            Name = id[(slash + 1)..],
            Folder = slash < 0 ? "" : id[..slash],
            Kind = NameOf(of.Kind),
            Duration = times is { Count: > 1 } ? Math.Round((times[0] + times[^1]).TotalSeconds, 2) : null,
            Taken = of.Taken,
            Modified = of.Modified,
            Bytes = of.Size,
            Camera = of.Camera,
            Tags = of.Tags,
            Thumbnail = links.Thumbnail(item),
            Media = links.Media(item),
        };
    }

    public static string? NameOf(MediaKind? kind) => kind switch { MediaKind.Picture => "image", MediaKind.Video => "video", _ => null };
}

/// <summary>An item with what a search says of it.</summary>
internal sealed record HitView : ItemView
{
    public float Score { get; init; }

    public int Rank { get; init; }

    /// <summary>Where in a video the query is answered, in seconds.</summary>
    public MomentView? Moment { get; init; }

    /// <summary>Hits of the same page that show the same.</summary>
    public IReadOnlyList<string> Duplicates { get; init; } = [];
}

internal sealed record MomentView(double At, double From, double To);

/// <summary>The addresses of items, below the API that answers a request.</summary>
internal sealed class ItemLinks
{
    public const string Route = "/api/v1";

    /// <summary>No addresses, for callers that have none.</summary>
    public static readonly ItemLinks None = new("");

    private readonly string _items;

    private ItemLinks(string items) => _items = items;

    public ItemLinks(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        var end = path.IndexOf(Route, StringComparison.OrdinalIgnoreCase);
        _items = request.PathBase + (end < 0 ? "" : new PathString(path[..end]).ToUriComponent()) + Route + "/items/";
    }

    public string Media(GalleryItem item) => $"{_items}{Uri.EscapeDataString(item.Id.Value)}/media";

    /// <summary>The address with the version of the content, so that it may be cached.</summary>
    public string Thumbnail(GalleryItem item) => $"{_items}{Uri.EscapeDataString(item.Id.Value)}/thumbnail?size=320&v={Thumbnails.VersionOf(item)}";
}
