using System.Text.Json;
using CoVR.Data;

namespace CoVR.Datasets.Annotations;

/// <summary>Reads the entries of JSON annotation files with their lines.</summary>
internal static class JsonAnnotations
{
    /// <summary>Why a text of a JSON file cannot be decoded.</summary>
    public const string NoText = "the text holds bytes that are not UTF-8, or half of a surrogate pair";

    /// <summary>Reads the entries of an array.</summary>
    /// <param name="file">The file.</param>
    /// <param name="property">The property of the root object that holds the array; null when the root is the array.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="DatasetFormatException">The file is missing, not JSON, or not an array.</exception>
    public static async Task<IReadOnlyList<JsonEntry>> ReadAsync(string file, string? property, CancellationToken cancellationToken)
    {
        var bytes = await Task.Run(() => TextFile.ReadBytes(file, "annotation file"), cancellationToken).ConfigureAwait(false);
        try
        {
            return Read(file, bytes, property, cancellationToken);
        }
        catch (JsonException error)
        {
            throw Malformed(file, error);
        }
        catch (InvalidOperationException error)
        {
            throw new DatasetFormatException(file, null, property, $"{NoText} ({error.Message})", error);
        }
    }

    /// <summary>Reads an object.</summary>
    /// <exception cref="DatasetFormatException">The file is missing, not JSON, or not an object.</exception>
    public static async Task<JsonEntry> ReadObjectAsync(string file, CancellationToken cancellationToken)
    {
        var bytes = await Task.Run(() => TextFile.ReadBytes(file, "annotation file"), cancellationToken).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonEntry(file, 1, "", document.RootElement.Clone())
                : throw new DatasetFormatException(file, 1, null, $"the file holds {Kind(document.RootElement.ValueKind)}, expected an object.");
        }
        catch (JsonException error)
        {
            throw Malformed(file, error);
        }
    }

    /// <summary>What a file that is no JSON is reported as.</summary>
    public static DatasetFormatException Malformed(string file, JsonException error) =>
        new(file, error.LineNumber + 1, null, $"the file is no valid JSON ({error.Message})", error);

    /// <summary>The name of a kind of JSON value.</summary>
    public static string Kind(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Undefined => "nothing",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static List<JsonEntry> Read(string file, byte[] bytes, string? property, CancellationToken cancellationToken)
    {
        ReadOnlySpan<byte> text = bytes;
        var reader = new Utf8JsonReader(text);
        reader.Read();
        if (property is not null)
        {
            GoTo(file, property, ref reader);
        }

        Expect(file, JsonTokenType.StartArray, property, in reader);
        List<JsonEntry> entries = [];
        var (line, counted) = (1L, 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = checked((int)reader.TokenStartIndex);
            (line, counted) = (line + text[counted..start].Count((byte)'\n'), start);
            entries.Add(new JsonEntry(file, line, $"[{entries.Count}]", JsonElement.ParseValue(ref reader)));
            cancellationToken.ThrowIfCancellationRequested();
        }

        while (reader.Read())
        {
        }

        return entries;
    }

    private static void GoTo(string file, string property, ref Utf8JsonReader reader)
    {
        Expect(file, JsonTokenType.StartObject, null, in reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(property);
            reader.Read();
            if (isIt)
            {
                return;
            }

            reader.Skip();
        }

        throw new DatasetFormatException(file, null, property, "the key is missing.");
    }

    private static void Expect(string file, JsonTokenType type, string? property, in Utf8JsonReader reader)
    {
        if (reader.TokenType != type)
        {
            var expected = type == JsonTokenType.StartArray ? "an array of entries" : "an object";
            throw new DatasetFormatException(file, 1, property, $"found {reader.TokenType}, expected {expected}.");
        }
    }
}
