using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CoVR.Retrieval;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>Entries, failures and fingerprints as records of a vector store, and back.</summary>
/// <param name="keys">Makes keys.</param>
/// <param name="dimensions">D.</param>
internal sealed class RecordFormat<TKey>(RecordKeys<TKey> keys, int dimensions)
    where TKey : notnull
{
    public const string Item = "item";
    public const string Failure = "failure";
    public const string Gallery = "gallery";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>A record of an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="vector">What the store searches [D].</param>
    public GalleryRecord<TKey> OfEntry(GalleryEntry entry, ReadOnlyMemory<float> vector) => new()
    {
        Key = keys.OfItem(entry.Id),
        Role = Item,
        Identity = entry.Id.Value,
        Details = JsonSerializer.Serialize(new ItemDetails(entry.Properties, entry.FrameTimes.Count == 0 ? null : [.. entry.FrameTimes.Select(time => time.Ticks)]), Json),
        Frames = entry.Embedding.Values.Length == dimensions ? string.Empty : Convert.ToBase64String(MemoryMarshal.AsBytes(entry.Embedding.Values.Span)),
        Tags = RecordTags.Of(new GalleryItem(entry.Id, entry.Properties)),
        Taken = entry.Properties.Taken?.UtcTicks ?? -1,
        Modified = entry.Properties.Modified?.UtcTicks ?? -1,
        Vector = vector,
    };

    public GalleryRecord<TKey> OfFailure(EmbeddingFailure failure) => new()
    {
        Key = keys.OfFailure(failure.Id),
        Role = Failure,
        Identity = failure.Id.Value,
        Details = JsonSerializer.Serialize(new FailureDetails(failure.Reason, failure.Kind, failure.At, failure.Size, failure.Modified), Json),
        Vector = Placeholder(),
    };

    public GalleryRecord<TKey> OfFingerprint(EmbeddingFingerprint fingerprint) => new()
    {
        Key = keys.OfGallery(),
        Role = Gallery,
        Details = JsonSerializer.Serialize(fingerprint, Json),
        Vector = Placeholder(),
    };

    public static GalleryItem ToItem(GalleryRecord<TKey> record) => new(new MediaId(record.Identity), Parse<ItemDetails>(record.Details).Properties);

    /// <summary>The entry of a record that was read with its vector.</summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public GalleryEntry ToEntry(GalleryRecord<TKey> record, int vectors)
    {
        var details = Parse<ItemDetails>(record.Details);
        var values = record.Frames.Length == 0 ? record.Vector : Numbers(record.Frames);
        var frame = vectors * dimensions;
        return values.Length > 0 && values.Length % frame == 0
            ? new GalleryEntry(new MediaId(record.Identity), new EmbeddingSet(values, vectors, dimensions, values.Length / frame))
            {
                Properties = details.Properties,
                FrameTimes = details.Times is { } times ? [.. times.Select(TimeSpan.FromTicks)] : [],
            }
            : throw new InvalidDataException($"An embedding of {values.Length} numbers has no frames of {vectors} x {dimensions}.");
    }

    public static EmbeddingFailure ToFailure(GalleryRecord<TKey> record)
    {
        var details = Parse<FailureDetails>(record.Details);
        return new(new MediaId(record.Identity), details.Reason, details.Kind, details.At) { Size = details.Size, Modified = details.Modified };
    }

    public static EmbeddingFingerprint ToFingerprint(GalleryRecord<TKey> record) => Parse<EmbeddingFingerprint>(record.Details);

    private static T Parse<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json) ?? throw new InvalidDataException("Its details are empty.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException("Its details are no JSON of this version.", error);
        }
    }

    private static float[] Numbers(string text)
    {
        try
        {
            return MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(text)).ToArray();
        }
        catch (FormatException error)
        {
            throw new InvalidDataException("Its embedding is no Base64.", error);
        }
    }

    /// <summary>A vector of unit length, which stores of any distance function accept.</summary>
    private float[] Placeholder()
    {
        var vector = new float[dimensions];
        vector[0] = 1;
        return vector;
    }

    private sealed record ItemDetails(GalleryProperties Properties, long[]? Times);

    private sealed record FailureDetails(string Reason, MediaFailure? Kind, DateTimeOffset At, long? Size, DateTimeOffset? Modified);
}
