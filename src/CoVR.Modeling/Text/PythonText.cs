using System.Globalization;
using System.Text;

namespace CoVR.Modeling.Text;

/// <summary>White space and lower case as Python's <c>str</c> defines them; the published models clean their texts so.</summary>
internal static class PythonText
{
    private const int CapitalSigma = 0x03A3;
    private const int CapitalDottedI = 0x0130;

    // Unicode's Other_Lowercase and Other_Uppercase: cased characters whose category does not say so.
    private static readonly (int First, int Last)[] OtherCased =
    [
        (0x00AA, 0x00AA), (0x00BA, 0x00BA), (0x02B0, 0x02B8), (0x02C0, 0x02C1), (0x02E0, 0x02E4), (0x0345, 0x0345),
        (0x037A, 0x037A), (0x10FC, 0x10FC), (0x1D2C, 0x1D6A), (0x1D78, 0x1D78), (0x1D9B, 0x1DBF), (0x2071, 0x2071),
        (0x207F, 0x207F), (0x2090, 0x209C), (0x2160, 0x217F), (0x24B6, 0x24E9), (0x2C7C, 0x2C7D), (0xA69C, 0xA69D),
        (0xA770, 0xA770), (0xA7F2, 0xA7F4), (0xA7F8, 0xA7F9), (0xAB5C, 0xAB5F), (0xAB69, 0xAB69), (0x10780, 0x10780),
        (0x10783, 0x10785), (0x10787, 0x107B0), (0x107B2, 0x107BA), (0x1E030, 0x1E06D), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189),
    ];

    // Word_Break MidLetter, MidNumLet and Single_Quote: ignored when a sigma looks for the end of its word.
    private static readonly HashSet<int> InnerPunctuation =
    [
        0x0027, 0x002E, 0x003A, 0x00B7, 0x0387, 0x055F, 0x05F4, 0x2018, 0x2019, 0x2024, 0x2027,
        0xFE13, 0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A,
    ];

    /// <summary>Whether <c>str.isspace</c>, <c>str.split</c> and <c>\s</c> call a character white space.</summary>
    internal static bool IsWhiteSpace(char value) => value is >= '\u001C' and <= '\u001F' || char.IsWhiteSpace(value);

    /// <summary><c>str.split()</c>: the words between white space.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The words, none of them empty.</returns>
    public static string[] Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> words = [];
        for (var (at, end) = (0, 0); at < text.Length; at = end + 1)
        {
            for (end = at; end < text.Length && !IsWhiteSpace(text[end]); end++)
            {
            }

            if (end > at)
            {
                words.Add(text[at..end]);
            }
        }

        return [.. words];
    }

    /// <summary><c>str.lower</c>: Unicode's full mapping, with the sigma that ends a word.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The lower-case text.</returns>
    public static string Lower(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (System.Text.Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var lower = new StringBuilder(text.Length + 4);
        for (var at = 0; at < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length) != System.Buffers.OperationStatus.Done)
            {
                lower.Append(text, at, length);
            }
            else if (rune.Value == CapitalSigma)
            {
                lower.Append(EndsWord(text, at) ? 'ς' : 'σ');
            }
            else
            {
                AppendLower(lower, rune);
            }

            at += length;
        }

        return lower.ToString();
    }

    /// <summary>Appends <c>str.lower</c> of one character on its own.</summary>
    internal static void AppendLower(StringBuilder lower, Rune rune)
    {
        if (rune.Value == CapitalDottedI)
        {
            lower.Append("i\u0307");
            return;
        }

        Span<char> buffer = stackalloc char[2];
        lower.Append(buffer[..UnicodeTables.ToLower(rune).EncodeToUtf16(buffer)]);
    }

    private static bool EndsWord(string text, int at)
    {
        var before = text.AsSpan(0, at);
        while (!before.IsEmpty && Rune.DecodeLastFromUtf16(before, out var rune, out var length) is var status)
        {
            if (status != System.Buffers.OperationStatus.Done || !IsCaseIgnorable(rune))
            {
                return status == System.Buffers.OperationStatus.Done && IsCased(rune) && !StartsCased(text.AsSpan(at + 1));
            }

            before = before[..^length];
        }

        return false;
    }

    private static bool StartsCased(ReadOnlySpan<char> after)
    {
        foreach (var rune in after.EnumerateRunes())
        {
            if (!IsCaseIgnorable(rune))
            {
                return IsCased(rune);
            }
        }

        return false;
    }

    private static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter
        || Array.Exists(OtherCased, range => rune.Value >= range.First && rune.Value <= range.Last);

    private static bool IsCaseIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || InnerPunctuation.Contains(rune.Value);
}
