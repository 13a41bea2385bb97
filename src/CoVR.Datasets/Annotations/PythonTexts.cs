using System.Globalization;
using System.Text;

namespace CoVR.Datasets;

/// <summary>Reads Python's notation of a list of texts, such as <c>['make it red', "the dog's ball"]</c>.</summary>
internal static class PythonTexts
{
    /// <summary>Reads a list.</summary>
    /// <param name="text">What may be such a list.</param>
    /// <returns>The texts, at least one; null when it is anything else, which is then a text of its own.</returns>
    public static IReadOnlyList<string>? Parse(string text)
    {
        var rest = text.AsSpan().Trim();
        if (rest is not ['[', .., ']'])
        {
            return null;
        }

        rest = rest[1..^1].TrimStart();
        List<string> texts = [];
        while (!rest.IsEmpty)
        {
            if (!TakeText(ref rest, out var item) || string.IsNullOrWhiteSpace(item))
            {
                return null;
            }

            texts.Add(item);
            rest = rest.TrimStart();
            if (!rest.IsEmpty && rest[0] != ',')
            {
                return null;
            }

            rest = rest.IsEmpty ? rest : rest[1..].TrimStart();
        }

        return texts.Count == 0 ? null : texts;
    }

    private static bool TakeText(ref ReadOnlySpan<char> rest, out string text)
    {
        text = "";
        if (rest[0] is not ('\'' or '"'))
        {
            return false;
        }

        var quote = rest[0];
        var builder = new StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == quote)
            {
                text = builder.ToString();
                rest = rest[(i + 1)..];
                return true;
            }

            if (rest[i] != '\\')
            {
                builder.Append(rest[i]);
            }
            else if (!TakeEscape(rest, ref i, builder))
            {
                return false;
            }
        }

        return false;
    }

    private static bool TakeEscape(ReadOnlySpan<char> rest, ref int i, StringBuilder builder)
    {
        if (++i >= rest.Length)
        {
            return false;
        }

        var digits = rest[i] switch { 'x' => 2, 'u' => 4, _ => 0 };
        if (digits > 0)
        {
            if (i + digits >= rest.Length || !ushort.TryParse(rest.Slice(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                return false;
            }

            builder.Append((char)code);
            i += digits;
            return true;
        }

        builder.Append(rest[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
        return true;
    }
}
