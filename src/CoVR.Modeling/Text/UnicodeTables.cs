using System.Globalization;
using System.Text;

namespace CoVR.Modeling.Text;

/// <summary>Lower case and canonical decomposition from tables of one Unicode version: the host's ICU, its absence or the culture change no token.</summary>
/// <remarks>Safe for use from several threads.</remarks>
internal static class UnicodeTables
{
    private const int FirstSyllable = 0xAC00, LastSyllable = 0xD7A3, Vowels = 21, Trails = 28;

    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<int, int> Classes = [];
    private static readonly Dictionary<int, int> LowerCase = [];

    static UnicodeTables()
    {
        using var reader = new StreamReader(typeof(UnicodeTables).Assembly.GetManifestResourceStream("unicode.txt")!);
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(' ');
            if (fields[0] == "D")
            {
                Decompositions.Add(Hexadecimal(fields[1]), [.. fields[2..].Select(Hexadecimal)]);
            }
            else if (fields[0] is "C" or "L")
            {
                var (last, step, value) = (Hexadecimal(fields[2]), int.Parse(fields[3], CultureInfo.InvariantCulture), int.Parse(fields[4], CultureInfo.InvariantCulture));
                for (var point = Hexadecimal(fields[1]); point <= last; point += step)
                {
                    (fields[0] == "C" ? Classes : LowerCase).Add(point, fields[0] == "C" ? value : point + value);
                }
            }
        }
    }

    /// <summary>The lower-case letter by Unicode's simple mapping.</summary>
    public static Rune ToLower(Rune rune) => LowerCase.TryGetValue(rune.Value, out var lower) ? new Rune(lower) : rune;

    /// <summary>Normalization form D of a text whose parts have origins: each code point with the origin of the one that it is part of.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="origins">The origin of each of its UTF-16 units.</param>
    public static List<(Rune Rune, Range Origin)> Decompose(string text, IReadOnlyList<Range> origins)
    {
        List<(Rune Rune, Range Origin)> parts = new(text.Length);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var point in Parts(rune.Value))
            {
                Insert(parts, (new Rune(point), origins[at]));
            }

            at += rune.Utf16SequenceLength;
        }

        return parts;
    }

    private static IEnumerable<int> Parts(int point)
    {
        if (point is < FirstSyllable or > LastSyllable)
        {
            return Decompositions.GetValueOrDefault(point) ?? [point];
        }

        var (syllable, trail) = Math.DivRem(point - FirstSyllable, Trails);
        int[] parts = [0x1100 + (syllable / Vowels), 0x1161 + (syllable % Vowels), 0x11A7 + trail];
        return trail == 0 ? parts[..2] : parts;
    }

    /// <summary>Appends a code point in canonical order: marks of lower classes come first.</summary>
    private static void Insert(List<(Rune Rune, Range Origin)> parts, (Rune Rune, Range Origin) part)
    {
        var at = parts.Count;
        if (Classes.TryGetValue(part.Rune.Value, out var own))
        {
            while (at > 0 && Classes.TryGetValue(parts[at - 1].Rune.Value, out var before) && before > own)
            {
                at--;
            }
        }

        parts.Insert(at, part);
    }

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
