using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace CoVR.Datasets.Annotations;

/// <summary>Reads lists of numbers such as <c>[0.12, 0.34]</c>.</summary>
internal static class ScoreList
{
    private const int ExactDigits = 15;

    /// <summary>Powers of ten as constants, so no type initialization check is needed in the loop.</summary>
    private static ReadOnlySpan<double> Powers => [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>Reads a list.</summary>
    /// <param name="text">UTF-8; blank for none.</param>
    /// <param name="scores">Receives the numbers; enlarged if they do not fit.</param>
    /// <param name="fault">What is wrong; null if nothing.</param>
    /// <returns>How many numbers there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Parse(ReadOnlySpan<byte> text, ref float[] scores, out string? fault)
    {
        fault = null;
        if (text is [(byte)'[', .. var plain, (byte)']'] && ParsePlain(plain, scores) is var count and >= 0)
        {
            return count;
        }

        text = text.Trim(" \t\r\n"u8);
        if (text.IsEmpty)
        {
            return 0;
        }

        if (text[0] != '[' || text[^1] != ']')
        {
            fault = $"'{MediaIdentities.Shorten(Encoding.UTF8.GetString(text))}' is not a list such as [0.12, 0.34]";
            return 0;
        }

        text = text[1..^1].Trim(" \t\r\n"u8);
        return text.IsEmpty ? 0 : ParseItems(text, ref scores, out fault);
    }

    /// <summary>Reads a plain decimal number, or any other format of the invariant culture.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryNumber(ReadOnlySpan<byte> text, out double number)
    {
        var length = TakePlain(text, out number);
        return (length > 0 && length == text.Length) || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Plain decimals with one comma and at most one space between them, in one pass; -1 for everything else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ParsePlain(ReadOnlySpan<byte> text, float[] scores)
    {
        for (var count = 0; count < scores.Length; count++)
        {
            var length = TakePlain(text, out var number);
            if (length == 0)
            {
                return -1;
            }

            scores[count] = (float)number;
            if (length == text.Length)
            {
                return count + 1;
            }

            if (text[length] != ',')
            {
                return -1;
            }

            length++;
            text = text[(length < text.Length && text[length] == ' ' ? length + 1 : length)..];
        }

        return -1;
    }

    /// <summary>Reads plain decimals at the beginning of a text.</summary>
    /// <returns>How many bytes were read; 0 if there is no such number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TakePlain(ReadOnlySpan<byte> text, out double number)
    {
        if (text.Length >= 2 + sizeof(uint) && text[0] == '0' && text[1] == '.')
        {
            var few = TakeDigits(FirstEight(text[2..]), out var value);
            if (few is > 0 and < sizeof(ulong))
            {
                number = value / Powers[few];
                return 2 + few;
            }
        }

        return TakeAnyPlain(text, out number);
    }

    /// <summary>The first eight of at least four bytes; padded with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FirstEight(ReadOnlySpan<byte> text) => text.Length >= sizeof(ulong)
        ? BinaryPrimitives.ReadUInt64LittleEndian(text)
        : BinaryPrimitives.ReadUInt32LittleEndian(text) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[^sizeof(uint)..]) << (8 * (text.Length - sizeof(uint))));

    /// <summary>Reads the leading digits of eight bytes at once.</summary>
    /// <returns>How many they are, 0 to 8.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TakeDigits(ulong bytes, out uint value)
    {
        var plain = bytes ^ 0x3030303030303030UL;
        var others = ((plain + 0x7676767676767676UL) | plain) & 0x8080808080808080UL;
        var digits = BitOperations.TrailingZeroCount(others) / 8;
        plain = digits == 0 ? 0 : plain << (64 - (8 * digits));
        plain = (plain * 10) + (plain >> 8);
        value = (uint)((((plain & 0x000000FF000000FFUL) * 0x000F424000000064UL) + (((plain >> 16) & 0x000000FF000000FFUL) * 0x0000271000000001UL)) >> 32);
        return digits;
    }

    /// <summary>At most 15 digits and a power of ten below 10^16 are exact, so that one division rounds correctly (Clinger, 1990).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int TakeAnyPlain(ReadOnlySpan<byte> text, out double number)
    {
        var start = text is [(byte)'-', ..] ? 1 : 0;
        var (value, digits, point, i) = (0L, 0, -1, start);
        for (; i < text.Length && digits <= ExactDigits; i++)
        {
            if ((uint)(text[i] - '0') <= 9)
            {
                value = (value * 10) + (text[i] - '0');
                digits++;
            }
            else if (text[i] == '.' && point < 0)
            {
                point = digits;
            }
            else
            {
                break;
            }
        }

        if (digits is 0 or > ExactDigits)
        {
            number = 0;
            return 0;
        }

        number = point < 0 ? value : value / Powers[digits - point];
        number = start == 0 ? number : -number;
        return i;
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
                fault = $"'{MediaIdentities.Shorten(Encoding.UTF8.GetString(item))}' (entry {i + 1}) is not a finite number";
                return 0;
            }

            scores[i] = (float)score;
        }

        fault = null;
        return count;
    }
}
