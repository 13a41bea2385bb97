using System.Globalization;
using System.Text;
using System.Text.Json;
using CoVR.Data;
using CoVR.Datasets.Annotations;

namespace CoVR.Cli.Commands.Download;

/// <summary>Joins JSON lists as the reference's <c>merge_fiq_annotations.py</c> does; the result equals that of Python's <c>json.dump(…, indent=2)</c> byte for byte.</summary>
internal static class MergedAnnotations
{
    /// <summary>Joins the lists of texts and objects in the files. Numbers, of which FashionIQ has none, are copied as they are written.</summary>
    /// <exception cref="DatasetFormatException">A file does not exist or is no list.</exception>
    public static async Task<byte[]> JoinAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        List<(string File, JsonElement Value)> all = [];
        foreach (var file in files)
        {
            all.AddRange((await ReadAsync(file, cancellationToken)).Select(value => (file, value)));
        }

        var text = new StringBuilder();
        AppendBlock(text, '[', ']', all, 0, item => AppendItem(text, item.File, item.Value));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static async Task<IReadOnlyList<JsonElement>> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = TextFile.Open(file);
            return await JsonSerializer.DeserializeAsync<List<JsonElement>>(stream, cancellationToken: cancellationToken) ?? [];
        }
        catch (JsonException error)
        {
            throw new DatasetFormatException(file, error.LineNumber + 1, null, $"the file is no valid JSON list ({error.Message})", error);
        }
    }

    private static void AppendItem(StringBuilder text, string file, JsonElement value)
    {
        try
        {
            Append(text, value, 1);
        }
        catch (InvalidOperationException error)
        {
            throw new DatasetFormatException(file, null, null, $"a text holds bytes that are not UTF-8, or half of a surrogate pair ({error.Message})", error);
        }
    }

    private static void Append(StringBuilder text, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                AppendText(text, value.GetString()!);
                break;
            case JsonValueKind.Array:
                AppendBlock(text, '[', ']', value.EnumerateArray(), depth, item => Append(text, item, depth + 1));
                break;
            case JsonValueKind.Object:
                AppendBlock(text, '{', '}', value.EnumerateObject(), depth, property =>
                {
                    AppendText(text, property.Name);
                    text.Append(": ");
                    Append(text, property.Value, depth + 1);
                });
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void AppendBlock<T>(StringBuilder text, char open, char close, IEnumerable<T> items, int depth, Action<T> append)
    {
        var count = 0;
        text.Append(open);
        foreach (var item in items)
        {
            text.Append(count++ == 0 ? "\n" : ",\n").Append(' ', 2 * (depth + 1));
            append(item);
        }

        text.Append(count == 0 ? "" : "\n" + new string(' ', 2 * depth)).Append(close);
    }

    private static void AppendText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' or '\\' => text.Append('\\').Append(letter),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                >= ' ' and <= '~' => text.Append(letter),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
            };
        }

        text.Append('"');
    }
}
