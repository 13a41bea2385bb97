using System.Globalization;
using System.Text;

namespace CoVR.Conformance.Parity;

/// <summary>A report as text.</summary>
internal static class ParityTable
{
    private const int Whole = 80;
    private const int Context = 4;
    private const int Names = 40;

    public static string Write(ParityReport report)
    {
        var compared = report.Entries.Where(entry => entry.IsCompared).ToArray();
        string[][] rows = [["layer", "shape", "max abs", "max rel", "at", "allowed", "verdict"], .. Shown(compared, report.FirstDivergence).Select(Row)];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }

        if (rows.Length <= compared.Length)
        {
            text.Append("(of ").Append(compared.Length).AppendLine(" lines, those that differ and the first lines around are shown)");
        }

        List(text, "only in the reference: ", report.Entries.Where(entry => entry.Verdict == ParityVerdict.OnlyInReference));
        List(text, "only here: ", report.Entries.Where(entry => entry.Verdict == ParityVerdict.OnlyHere));
        return text.Append(report.Summary).ToString();
    }

    /// <summary>A long table is cut to where the trouble starts and to what differs.</summary>
    private static IEnumerable<ParityEntry> Shown(ParityEntry[] entries, ParityEntry? first)
    {
        var start = first is null ? 0 : Array.IndexOf(entries, first);
        return entries.Length <= Whole
            ? entries
            : entries.Where((entry, index) => entry.Diverges || Math.Abs(index - start) <= Context).Take(Whole);
    }

    private static string[] Row(ParityEntry entry) =>
    [
        entry.Name,
        ParityEntry.Text(entry.Shape),
        entry.At is null ? "-" : entry.MaxAbsolute.ToString("E2", CultureInfo.InvariantCulture),
        entry.At is null ? "-" : entry.MaxRelative.ToString("E2", CultureInfo.InvariantCulture),
        ParityEntry.Text(entry.At),
        entry.Tolerance.ToString(),
        entry.Verdict switch
        {
            ParityVerdict.Agrees => "agrees",
            ParityVerdict.Differs => "DIFFERS",
            ParityVerdict.NotFinite => "NOT FINITE",
            ParityVerdict.ShapeDiffers => $"SHAPE: reference {ParityEntry.Text(entry.ReferenceShape)}",
            _ => "TYPE",
        } + (entry.Note.Length > 0 ? $" ({entry.Note})" : ""),
    ];

    private static void List(StringBuilder text, string title, IEnumerable<ParityEntry> entries)
    {
        string[] names = [.. entries.Select(entry => entry.Name)];
        if (names.Length > 0)
        {
            text.Append(title).AppendJoin(", ", names.Take(Names)).AppendLine(names.Length > Names ? $" and {names.Length - Names} more" : "");
        }
    }
}
