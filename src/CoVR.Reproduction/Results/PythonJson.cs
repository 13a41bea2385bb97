using System.Collections;
using System.Globalization;
using System.Text;

namespace CoVR.Reproduction.Results;

/// <summary>Writes JSON as Python's <c>json.dump(data, file, indent=2)</c> does, byte for byte.</summary>
internal static class PythonJson
{
    /// <summary>Writes a value.</summary>
    /// <param name="value">Texts, whole numbers, doubles, lists of these, and pairs of a text and such a value, in their order.</param>
    public static string Write(object value)
    {
        var text = new StringBuilder();
        Append(text, value, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object value, int depth)
    {
        switch (value)
        {
            case string item:
                AppendText(text, item);
                break;
            case double item:
                text.Append(Number(item));
                break;
            case long or int:
                text.Append(string.Create(CultureInfo.InvariantCulture, $"{value}"));
                break;
            case IEnumerable<KeyValuePair<string, object>> pairs:
                AppendBlock(text, '{', '}', pairs, depth, pair =>
                {
                    AppendText(text, pair.Key);
                    text.Append(": ");
                    Append(text, pair.Value, depth + 1);
                });
                break;
            case IEnumerable items:
                AppendBlock(text, '[', ']', items.Cast<object>(), depth, item => Append(text, item, depth + 1));
                break;
            default:
                throw new ArgumentException($"{value.GetType()} cannot be written to a result file.", nameof(value));
        }
    }

    private static void AppendBlock<T>(StringBuilder text, char open, char close, IEnumerable<T> items, int depth, Action<T> append)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            text.Append(first ? "\n" : ",\n").Append(' ', 2 * (depth + 1));
            append(item);
            first = false;
        }

        if (!first)
        {
            text.Append('\n').Append(' ', 2 * depth);
        }

        text.Append(close);
    }

    private static string Number(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return double.IsNaN(value) ? "NaN" : text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text.ToLowerInvariant();
    }

    private static void AppendText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var item in value)
        {
            _ = item switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                >= ' ' and <= '~' => text.Append(item),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)item:x4}"),
            };
        }

        text.Append('"');
    }
}
