namespace CoVR.AspNetCore.Api;

/// <summary>Counts over the items of a filter.</summary>
internal sealed record Facets
{
    private const int Bins = 40;
    private const int MostNames = 1000;

    public required KindCounts Kinds { get; init; }

    /// <summary>All folders with their subfolders' items, those with most items; at most 1,000, by name.</summary>
    public required IReadOnlyList<NamedCount> Folders { get; init; }

    public required IReadOnlyList<NamedCount> Tags { get; init; }

    /// <summary>When items were taken; null if none says.</summary>
    public TimeFacet? Taken { get; init; }

    public static async Task<Facets> CountAsync(IAsyncEnumerable<GalleryItem> items, CancellationToken cancellationToken)
    {
        var (images, videos) = (0L, 0L);
        var (folders, tags, times) = (new Dictionary<string, long>(StringComparer.Ordinal), new Dictionary<string, long>(StringComparer.Ordinal), new List<DateTimeOffset>());
        await foreach (var (id, of) in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            (images, videos) = (images + (of.Kind == MediaKind.Picture ? 1 : 0), videos + (of.Kind == MediaKind.Video ? 1 : 0));
            for (var slash = id.Value.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = id.Value.IndexOf('/', slash + 1))
            {
                Count(folders, id.Value[..slash]);
            }

            foreach (var tag in of.Tags)
            {
                Count(tags, tag);
            }

            if (of.Taken is { } taken)
            {
                times.Add(taken);
            }
        }

        return new Facets { Kinds = new(images, videos), Folders = Most(folders), Tags = Most(tags), Taken = TimeFacet.Of(times, Bins) };
    }

    private static void Count(Dictionary<string, long> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;

    private static NamedCount[] Most(Dictionary<string, long> counts) =>
        [.. counts.OrderByDescending(count => count.Value).Take(MostNames).OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => new NamedCount(count.Key, count.Value))];
}

internal sealed record KindCounts(long Image, long Video);

internal sealed record NamedCount(string Name, long Count);

/// <summary>When items were taken, in bins of equal length.</summary>
internal sealed record TimeFacet(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<TimeBin> Bins)
{
    public static TimeFacet? Of(List<DateTimeOffset> times, int bins)
    {
        if (times.Count == 0)
        {
            return null;
        }

        var (from, to) = (times.Min().ToUniversalTime(), times.Max().ToUniversalTime());
        var length = TimeSpan.FromTicks(((to - from).Ticks / bins) + 1);
        var counts = new long[bins];
        times.ForEach(time => counts[(time - from).Ticks / length.Ticks]++);
        return new TimeFacet(from, to, [.. counts.Select((count, i) => new TimeBin(from + (length * i), from + (length * (i + 1)), count))]);
    }
}

internal sealed record TimeBin(DateTimeOffset From, DateTimeOffset To, long Count);
