namespace CoVR.Extensions.AI.VectorData;

/// <summary>The texts in a record's list that filters look for.</summary>
internal static class RecordTags
{
    public const string Located = "located";

    public static string Tag(string tag) => $"tag:{tag}";

    public static string Folder(string folder) => $"in:{folder}";

    public static string Kind(MediaKind kind) => $"kind:{kind}";

    public static string Owner(string owner) => $"owner:{owner}";

    /// <summary>A value of the host's own; of null: that there is one.</summary>
    public static string Value(string name, string? value) => value is null ? $"has:{name}" : $"is:{name.Length}:{name}{value}";

    /// <summary>All texts of an item.</summary>
    public static List<string> Of(GalleryItem item)
    {
        var (id, properties) = (item.Id.Value, item.Properties);
        List<string> tags = [.. properties.Tags.Select(Tag).Distinct()];
        tags.AddRange(Enumerable.Range(0, id.Length).Where(i => id[i] == '/').Select(i => Folder(id[..i])));
        tags.AddRange(properties.Metadata.SelectMany(pair => new[] { Value(pair.Key, null), Value(pair.Key, pair.Value) }));
        tags.AddRange(new[]
        {
            properties.Kind is { } kind ? Kind(kind) : null,
            properties.Owner is { } owner ? Owner(owner) : null,
            properties.HasLocation == true ? Located : null,
        }.OfType<string>());
        return tags;
    }
}
