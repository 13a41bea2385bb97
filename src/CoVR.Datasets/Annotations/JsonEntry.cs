using System.Text.Json;
using CoVR.Data;

namespace CoVR.Datasets.Annotations;

/// <summary>One entry of a JSON file, or a value within it; every fault names file, line and field.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line on which the entry begins, counted from 1.</param>
/// <param name="Place">Where in the file, for example <c>[3].img_set</c>.</param>
/// <param name="Value">The value.</param>
internal readonly record struct JsonEntry(string File, long Line, string Place, JsonElement Value)
{
    /// <summary>Whether an object has a key.</summary>
    public bool Has(string key) => Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(key, out _);

    /// <summary>The value of a key.</summary>
    public JsonEntry Get(string key)
    {
        Require(Value, JsonValueKind.Object);
        return Value.TryGetProperty(key, out var value)
            ? this with { Place = Place.Length == 0 ? key : $"{Place}.{key}", Value = value }
            : throw new DatasetFormatException(File, Line, Place.Length == 0 ? key : $"{Place}.{key}", $"the key is missing; the entry has: {string.Join(", ", Value.EnumerateObject().Select(property => property.Name))}.");
    }

    /// <summary>The items of an array.</summary>
    public IReadOnlyList<JsonEntry> Items()
    {
        Require(Value, JsonValueKind.Array);
        var self = this;
        return [.. Value.EnumerateArray().Select((value, i) => self with { Place = $"{self.Place}[{i}]", Value = value })];
    }

    /// <summary>The keys and values of an object.</summary>
    public IReadOnlyList<(string Key, JsonEntry Value)> Properties()
    {
        Require(Value, JsonValueKind.Object);
        var self = this;
        return [.. Value.EnumerateObject().Select(property => (property.Name, self with { Place = $"{self.Place}.{property.Name}", Value = property.Value }))];
    }

    /// <summary>A text, perhaps empty.</summary>
    public string Text()
    {
        Require(Value, JsonValueKind.String);
        return Value.GetString()!;
    }

    /// <summary>A text, or null when it is anything else.</summary>
    public string? ReadText() => Value.ValueKind == JsonValueKind.String ? Value.GetString() : null;

    /// <summary>A text that is not blank.</summary>
    public string FilledText() => Text() is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Fault("the text is empty.");

    /// <summary>A whole number.</summary>
    public long Integer()
    {
        Require(Value, JsonValueKind.Number);
        return Value.TryGetInt64(out var number) ? number : throw Fault($"{Value.GetRawText()} is no whole number.");
    }

    /// <summary>A finite number.</summary>
    public double Number()
    {
        Require(Value, JsonValueKind.Number);
        return Value.GetDouble();
    }

    /// <summary>An identity: a text that is no path outside the media folder.</summary>
    public MediaId Identity()
    {
        var id = FilledText();
        return MediaIdentities.IsInside(id) ? new MediaId(id) : throw Fault($"'{MediaIdentities.Shorten(id)}' is a path outside the media folder, not an identity.");
    }

    /// <summary>A fault at this place.</summary>
    public DatasetFormatException Fault(string reason) => new(File, Line, Place.Length == 0 ? null : Place, reason);

    private void Require(JsonElement value, JsonValueKind kind)
    {
        if (value.ValueKind != kind)
        {
            throw Fault($"found {JsonAnnotations.Kind(value.ValueKind)}, expected {JsonAnnotations.Kind(kind)}.");
        }
    }
}
