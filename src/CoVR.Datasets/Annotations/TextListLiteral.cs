using System.Text;

namespace CoVR.Datasets.Annotations;

/// <summary>Reads Python's notation of a list of texts, such as <c>['make it red', "the dog's ball"]</c>.</summary>
internal static class TextListLiteral
{
    /// <summary>Reads a list.</summary>
    /// <param name="text">The text, which may be such a list.</param>
    /// <returns>The non-blank texts, at least one; null if it is anything else, which then counts as a single text.</returns>
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
            if (!TakeText(ref rest, out var item))
            {
                return null;
            }

            texts.AddRange(string.IsNullOrWhiteSpace(item) ? [] : [item]);
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

        var (digits, style) = rest[i] switch { 'x' => (2, 16), 'u' => (4, 16), 'U' => (8, 16), >= '0' and <= '7' => (Octal(rest[i..]), 8), _ => (0, 0) };
        if (digits > 0)
        {
            var start = style == 8 ? i : i + 1;
            if (start + digits > rest.Length || !TryNumber(rest.Slice(start, digits), style, out var code))
            {
                return false;
            }

            builder.Append(Rune.IsValid(code) ? char.ConvertFromUtf32(code) : ((char)code).ToString());
            i = start + digits - 1;
            return true;
        }

        builder.Append(rest[i] switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'a' => "\a",
            'b' => "\b",
            'f' => "\f",
            'v' => "\v",
            '\n' => "",
            '\\' or '\'' or '"' => rest[i].ToString(),
            var other => "\\" + other,
        });
        return true;
    }

    private static int Octal(ReadOnlySpan<char> text)
    {
        var length = 1;
        while (length < Math.Min(3, text.Length) && text[length] is >= '0' and <= '7')
        {
            length++;
        }

        return length;
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, int style, out int code)
    {
        code = 0;
        foreach (var digit in digits)
        {
            var value = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : 16;
            if (value >= style || code > char.MaxValue << 8)
            {
                return false;
            }

            code = (code * style) + value;
        }

        return code <= 0x10FFFF;
    }
}
