namespace CoVR.Embedding.Folders;

/// <summary>Finds files that belong to a picture beside them: the clip of a Live Photo, and the camera RAW file of a picture.</summary>
internal static class MediaPairs
{
    /// <summary>The longest clip of a Live Photo.</summary>
    private static readonly TimeSpan LongestClip = TimeSpan.FromSeconds(4);

    private static readonly string[] LivePictures = [".heic", ".heif", ".jpg", ".jpeg"];

    /// <summary>The items that are no items of their own, and what they are.</summary>
    public static IReadOnlyList<(MediaId Id, string Reason)> Find(IReadOnlyCollection<MediaItem> items, CancellationToken cancellationToken)
    {
        var found = new List<(MediaId, string)>();
        HashSet<string> stems = new(StringComparer.OrdinalIgnoreCase), repeated = new(StringComparer.OrdinalIgnoreCase);
        foreach (var item in items)
        {
            if (!stems.Add(Stem(item)))
            {
                repeated.Add(Stem(item));
            }
        }

        foreach (var group in items.Where(item => repeated.Contains(Stem(item))).OrderBy(item => item.Id).GroupBy(Stem, StringComparer.OrdinalIgnoreCase))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (group.FirstOrDefault(item => item.Properties.Kind == MediaKind.Picture && !IsRaw(item)) is { } picture)
            {
                found.AddRange(group.Where(IsRaw).Select(item => (item.Id, "paired RAW file")));
                found.AddRange(group.Where(item => IsClipOf(picture, item)).Select(item => (item.Id, "Live Photo clip")));
            }
        }

        return found;
    }

    private static string Stem(MediaItem item) => Path.ChangeExtension(item.Id.Value, null);

    private static bool IsRaw(MediaItem item) => MediaFileTypes.Of(item.Source.Path!).Format == MediaFileTypes.Raw;

    private static bool IsClipOf(MediaItem picture, MediaItem clip)
    {
        if (!Path.GetExtension(clip.Source.Path!).Equals(".mov", StringComparison.OrdinalIgnoreCase) || !LivePictures.Contains(Path.GetExtension(picture.Source.Path!), StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        var video = MediaMetadata.Read(clip.Source.Path!);
        return video.PairId is { } id && MediaMetadata.Read(picture.Source.Path!).PairId is { } other ? id == other : video.Duration > TimeSpan.Zero && video.Duration <= LongestClip;
    }
}
