using System.Globalization;
using System.Text;

namespace CoVR.Datasets;

/// <summary>Reads lists of numbers such as <c>[0.12, 0.34]</c>.</summary>
internal static class ScoreList
{
    private const int ExactDigits = 15;

    private static readonly double[] Powers = [.. Enumerable.Range(0, ExactDigits + 1).Select(power => Math.Pow(10, power))];

    /// <summary>Reads a list.</summary>
    /// <param name="text">UTF-8; blank for none.</param>
    /// <param name="scores">Receives the numbers; made larger when they do not fit.</param>
    /// <param name="fault">What is wrong; null when nothing is.</param>
    /// <returns>How many numbers there are.</returns>
    public static int Parse(ReadOnlySpan<byte> text, ref float[] scores, out string? fault)
    {
        fault = null;
        text = text.Trim(" \t\r\n"u8);
        if (text.IsEmpty)
        {
            return 0;
        }

        if (text[0] != '[' || text[^1] != ']')
        {
            fault = $"'{MediaIdentities.Shorten(Encoding.UTF8.GetString(text))}' is no list such as [0.12, 0.34]";
            return 0;
        }

        text = text[1..^1].Trim(" \t\r\n"u8);
        return text.IsEmpty ? 0 : ParseItems(text, ref scores, out fault);
    }

    /// <summary>Reads a number of plain decimals, or any other that the invariant culture knows.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, out double number)
    {
        var digits = text is [(byte)'-', ..] ? text[1..] : text;
        var (value, seen, fraction) = (0L, 0, -1);
        foreach (var item in digits)
        {
            if (item is >= (byte)'0' and <= (byte)'9' && seen < ExactDigits)
            {
                value = (value * 10) + (item - '0');
                seen++;
            }
            else if (item == '.' && fraction < 0)
            {
                fraction = seen;
            }
            else
            {
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
            }
        }

        // At most 15 digits and a power of ten below 10^16 are exact, so that one division rounds correctly.
        number = fraction < 0 ? value : value / Powers[seen - fraction];
        number = digits.Length == text.Length ? number : -number;
        return seen > 0;
    }

    private static int ParseItems(ReadOnlySpan<byte> text, ref float[] scores, out string? fault)
    {
        var count = text.Count((byte)',') + 1;
        if (count > scores.Length)
        {
            scores = new float[count];
        }

        for (var i = 0; i < count; i++)
        {
            var end = text.IndexOf((byte)',');
            var item = (end < 0 ? text : text[..end]).Trim((byte)' ');
            text = end < 0 ? [] : text[(end + 1)..];
            if (!TryNumber(item, out var score) || !float.IsFinite((float)score))
            {
                fault = $"'{MediaIdentities.Shorten(Encoding.UTF8.GetString(item))}' (entry {i + 1}) is no finite number";
                return 0;
            }

            scores[i] = (float)score;
        }

        fault = null;
        return count;
    }
}
