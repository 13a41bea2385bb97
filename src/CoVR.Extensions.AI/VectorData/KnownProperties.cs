#pragma warning disable MEVD9001 // The services for connectors of vector stores are experimental.
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>Where a record's data properties are kept: by the name in storage, a gallery's own property of the same name and type, or else its metadata.</summary>
internal static class KnownProperties
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    private static readonly FrozenDictionary<string, Known> All = new Dictionary<string, Known>
    {
        [nameof(GalleryProperties.Kind)] = new(typeof(MediaKind), item => item.Kind, (item, value) => item with { Kind = (MediaKind?)value }),
        [nameof(GalleryProperties.Source)] = new(typeof(string), item => item.Source, (item, value) => item with { Source = (string?)value }),
        [nameof(GalleryProperties.ContentHash)] = new(typeof(string), item => item.ContentHash, (item, value) => item with { ContentHash = (string?)value }),
        [nameof(GalleryProperties.Size)] = new(typeof(long), item => item.Size, (item, value) => item with { Size = (long?)value }),
        [nameof(GalleryProperties.Taken)] = new(typeof(DateTimeOffset), item => item.Taken, (item, value) => item with { Taken = (DateTimeOffset?)value }),
        [nameof(GalleryProperties.Modified)] = new(typeof(DateTimeOffset), item => item.Modified, (item, value) => item with { Modified = (DateTimeOffset?)value }),
        [nameof(GalleryProperties.Camera)] = new(typeof(string), item => item.Camera, (item, value) => item with { Camera = (string?)value }),
        [nameof(GalleryProperties.HasLocation)] = new(typeof(bool), item => item.HasLocation, (item, value) => item with { HasLocation = (bool?)value }),
        [nameof(GalleryProperties.Location)] = new(typeof(string), item => item.Location, (item, value) => item with { Location = (string?)value }),
        [nameof(GalleryProperties.Owner)] = new(typeof(string), item => item.Owner, (item, value) => item with { Owner = (string?)value }),
        [nameof(GalleryProperties.Tags)] = new(typeof(IEnumerable<string>), item => item.Tags, (item, value) => item with { Tags = [.. (IEnumerable<string>?)value ?? []] }),
    }.ToFrozenDictionary();

    /// <summary>The name of the gallery's property that keeps a record's; null if metadata keep it.</summary>
    public static string? NameOf(PropertyModel property) =>
        All.TryGetValue(property.StorageName, out var known) && known.Type.IsAssignableFrom(Nullable.GetUnderlyingType(property.Type) ?? property.Type) ? property.StorageName : null;

    /// <summary>An item's value for a record; null if unknown.</summary>
    /// <exception cref="JsonException">The metadata hold something else.</exception>
    public static object? Get(PropertyModel property, GalleryProperties item)
    {
        if (NameOf(property) is { } name)
        {
            return All[name].Get(item) is IReadOnlyList<string> tags ? (property.Type.IsArray ? tags.ToArray() : tags.ToList()) : All[name].Get(item);
        }

        return !item.Metadata.TryGetValue(property.StorageName, out var text) ? null
            : property.Type == typeof(string) ? text
            : JsonSerializer.Deserialize(text, property.Type, Json);
    }

    /// <summary>An item with a record's value; null makes it unknown.</summary>
    public static GalleryProperties Set(PropertyModel property, GalleryProperties item, object? value)
    {
        if (NameOf(property) is { } name)
        {
            return All[name].With(item, value);
        }

        var metadata = new Dictionary<string, string>(item.Metadata);
        metadata.Remove(property.StorageName);
        if (value is not null)
        {
            metadata[property.StorageName] = TextOf(value);
        }

        return item with { Metadata = metadata };
    }

    /// <summary>A value as the text that metadata keep.</summary>
    public static string TextOf(object value) => value as string ?? JsonSerializer.Serialize(value, value.GetType(), Json);

    private sealed record Known(Type Type, Func<GalleryProperties, object?> Get, Func<GalleryProperties, object?, GalleryProperties> With);
}
