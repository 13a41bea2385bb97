using System.Text.Json;
using CoVR.Data;

namespace CoVR.Datasets.Annotations;

/// <summary>One entry of a JSON file, or a value within it; every fault names file, line and field.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line on which the entry begins, counted from 1.</param>
/// <param name="Place">The place in the file, for example <c>[3].img_set</c>.</param>
/// <param name="Value">The value.</param>
internal readonly record struct JsonEntry(string File, long Line, string Place, JsonElement Value)
{
    /// <summary>Whether an object has a key.</summary>
    public bool Has(string key) => Value.ValueKind == JsonValueKind.Object && Find(key) is not null;

    /// <summary>The value of a key.</summary>
    public JsonEntry Get(string key)
    {
        Require(Value, JsonValueKind.Object);
        var place = Place.Length == 0 ? key : $"{Place}.{key}";
        return Find(key) is { } value
            ? this with { Place = place, Value = value }
            : throw (this with { Place = place }).Fault($"the key is missing; the entry has: {string.Join(", ", Properties().Select(property => property.Key))}.");
    }

    /// <summary>The items of an array.</summary>
    public IReadOnlyList<JsonEntry> Items()
    {
        Require(Value, JsonValueKind.Array);
        var self = this;
        return [.. Value.EnumerateArray().Select((value, i) => self with { Place = $"{self.Place}[{i}]", Value = value })];
    }

    /// <summary>The keys, each once, and values of an object.</summary>
    public IReadOnlyList<(string Key, JsonEntry Value)> Properties()
    {
        Require(Value, JsonValueKind.Object);
        List<(string, JsonEntry)> properties = [];
        HashSet<string> keys = new(StringComparer.Ordinal);
        foreach (var property in Value.EnumerateObject())
        {
            var key = Decode(() => property.Name);
            properties.Add((key, this with { Place = $"{Place}.{key}", Value = property.Value }));
            if (!keys.Add(key))
            {
                throw Fault($"the key '{MediaIdentities.Shorten(key)}' appears twice.");
            }
        }

        return properties;
    }

    /// <summary>A text, possibly empty.</summary>
    public string Text()
    {
        Require(Value, JsonValueKind.String);
        return Decode(Value.GetString)!;
    }

    /// <summary>A text that is not blank.</summary>
    public string FilledText() => Text() is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Fault("the text is empty.");

    /// <summary>A whole number.</summary>
    public long Integer()
    {
        Require(Value, JsonValueKind.Number);
        return Value.TryGetInt64(out var number) ? number : throw Fault($"{Value.GetRawText()} is not a whole number.");
    }

    /// <summary>A finite number.</summary>
    public double Number()
    {
        Require(Value, JsonValueKind.Number);
        return Value.GetDouble();
    }

    /// <summary>An identity: a text that is no path outside the media folder.</summary>
    public MediaId Identity() => Identity(FilledText());

    /// <summary>The identity that a key of this object is.</summary>
    public MediaId Identity(string key) =>
        string.IsNullOrWhiteSpace(key) ? throw Fault("a key is empty; an id is expected.")
            : MediaIdentities.IsInside(key) ? new MediaId(key)
            : throw Fault($"'{MediaIdentities.Shorten(key)}' is a path outside the media folder, not an id.");

    /// <summary>Creates an error for this place.</summary>
    public DatasetFormatException Fault(string reason) => new(File, Line, Place.Length == 0 ? null : Place, reason);

    private JsonElement? Find(string key)
    {
        var value = Value;
        return Decode(() => value.TryGetProperty(key, out var found) ? found : (JsonElement?)null);
    }

    private T Decode<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException error)
        {
            throw Fault($"{JsonAnnotations.NoText} ({error.Message})");
        }
    }

    private void Require(JsonElement value, JsonValueKind kind)
    {
        if (value.ValueKind != kind)
        {
            throw Fault($"found {JsonAnnotations.Kind(value.ValueKind)}, expected {JsonAnnotations.Kind(kind)}.");
        }
    }
}
