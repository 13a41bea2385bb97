namespace CoVR;

/// <summary>Selects items of a gallery, as data that a database can evaluate; <see cref="Matches"/> defines its meaning.</summary>
/// <remarks>An unknown property never matches a filter on it. Filters combine by <c>&amp;</c>, <c>|</c> and <c>!</c>.</remarks>
public abstract record GalleryFilter
{
    private GalleryFilter()
    {
    }

    /// <summary>Whether an item passes.</summary>
    /// <param name="item">The item.</param>
    /// <returns>True if it passes.</returns>
    public abstract bool Matches(GalleryItem item);

    /// <summary>Both filters.</summary>
    /// <param name="left">One filter.</param>
    /// <param name="right">The other.</param>
    /// <returns>A filter for items that pass both.</returns>
    public static GalleryFilter operator &(GalleryFilter left, GalleryFilter right) => new All([left, right]);

    /// <summary>Either filter.</summary>
    /// <param name="left">One filter.</param>
    /// <param name="right">The other.</param>
    /// <returns>A filter for items that pass either.</returns>
    public static GalleryFilter operator |(GalleryFilter left, GalleryFilter right) => new Any([left, right]);

    /// <summary>The negation of a filter.</summary>
    /// <param name="filter">A filter.</param>
    /// <returns>A filter that passes what <paramref name="filter"/> does not.</returns>
    public static GalleryFilter operator !(GalleryFilter filter) => new Not(filter);

    /// <summary>Items of one kind.</summary>
    /// <param name="Kind">The kind.</param>
    public sealed record OfKind(MediaKind Kind) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) => item.Properties.Kind == Kind;
    }

    /// <summary>Items in a folder or its subfolders, by identity.</summary>
    /// <param name="Folder">The folder with forward slashes, such as <c>2024/summer</c>; a trailing slash is ignored, and an empty folder matches everything.</param>
    public sealed record InFolder(string Folder) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) =>
            Folder.TrimEnd('/') is var folder && (folder.Length == 0 || item.Id.Value.StartsWith(folder + '/', StringComparison.Ordinal));
    }

    /// <summary>Items taken in a time range.</summary>
    /// <param name="From">The inclusive start; null for no limit.</param>
    /// <param name="To">The exclusive end; null for no limit.</param>
    public sealed record Taken(DateTimeOffset? From, DateTimeOffset? To) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) => IsWithin(item.Properties.Taken, From, To);
    }

    /// <summary>Items whose file was last modified in a time range.</summary>
    /// <param name="From">The inclusive start; null for no limit.</param>
    /// <param name="To">The exclusive end; null for no limit.</param>
    public sealed record Modified(DateTimeOffset? From, DateTimeOffset? To) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) => IsWithin(item.Properties.Modified, From, To);
    }

    /// <summary>Items whose camera's make and model contain a text.</summary>
    /// <param name="Text">The text; ASCII letters match in either case.</param>
    public sealed record FromCamera(string Text) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) => item.Properties.Camera is { } camera && Fold(camera).Contains(Fold(Text), StringComparison.Ordinal);

        private static string Fold(string text) => string.Concat(text.Select(letter => char.IsAsciiLetterUpper(letter) ? (char)(letter | 0x20) : letter));
    }

    /// <summary>Items whose file says where they were taken.</summary>
    public sealed record WithLocation : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) => item.Properties.HasLocation == true;
    }

    /// <summary>Items with a tag.</summary>
    /// <param name="Tag">The tag, compared by ordinal.</param>
    public sealed record HasTag(string Tag) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) => item.Properties.Tags.Contains(Tag, StringComparer.Ordinal);
    }

    /// <summary>Items of an owner.</summary>
    /// <param name="Owner">The owner, compared by ordinal.</param>
    public sealed record OwnedBy(string Owner) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) => string.Equals(item.Properties.Owner, Owner, StringComparison.Ordinal);
    }

    /// <summary>Items with a value of the host's own.</summary>
    /// <param name="Name">The name in <see cref="GalleryProperties.Metadata"/>, compared by ordinal.</param>
    /// <param name="Value">The value, compared by ordinal; null for any value.</param>
    public sealed record HasMetadata(string Name, string? Value) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) =>
            item.Properties.Metadata.TryGetValue(Name, out var value) && (Value is null || string.Equals(value, Value, StringComparison.Ordinal));
    }

    /// <summary>Items that pass every filter; without filters all items.</summary>
    /// <param name="Filters">The filters.</param>
    public sealed record All(IReadOnlyList<GalleryFilter> Filters) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) => Filters.All(filter => filter.Matches(item));
    }

    /// <summary>Items that pass at least one filter; without filters none.</summary>
    /// <param name="Filters">The filters.</param>
    public sealed record Any(IReadOnlyList<GalleryFilter> Filters) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) => Filters.Any(filter => filter.Matches(item));
    }

    /// <summary>Items that do not pass a filter.</summary>
    /// <param name="Filter">The filter.</param>
    public sealed record Not(GalleryFilter Filter) : GalleryFilter
    {
        /// <inheritdoc/>
        public override bool Matches(GalleryItem item) => !Filter.Matches(item);
    }

    private static bool IsWithin(DateTimeOffset? time, DateTimeOffset? from, DateTimeOffset? to) =>
        time is { } at && (from is not { } first || at >= first) && (to is not { } end || at < end);
}
