using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Figures that show whether triplets can be answered without their picture or without their text, and what they are about.</summary>
/// <param name="file">The work file.</param>
/// <param name="table">The table of triplets, or a view of them.</param>
internal sealed class TripletFigures(WorkFile file, string table = "triplets")
{
    private const int BinsPerUnit = 20;
    private const int MostWords = 30;
    private const string Length = "len(string_split(edit, ' '))";

    // What would be guessed from what.
    private static readonly (string Key, string Target, string Meaning)[] Guesses =
    [
        ("edit", "pth2", "the text alone names the target"), ("pth1", "pth2", "the reference alone names the target"), ("edit", "txt2", "the text alone names the target's caption"),
    ];

    /// <summary>One line a figure; empty where there is no triplet.</summary>
    public IReadOnlyList<string> Describe(CancellationToken cancellationToken)
    {
        if (file.Number($"SELECT count(*) FROM {table}", cancellationToken) == 0)
        {
            return [];
        }

        return
        [
            Text($"SELECT string_agg(concat(split, ' ', n), ', ' ORDER BY split) FROM (SELECT split, count(*) AS n FROM {table} GROUP BY split)", "triplets: {0}", cancellationToken),
            Text($"SELECT concat(count(DISTINCT edit), ' distinct edits; words of an edit: least ', min(n), ', median ', median(n), ', most ', max(n)) FROM (SELECT edit, {Length} AS n FROM {table})", "{0}", cancellationToken),
            .. Shortcuts(cancellationToken).Select(shortcut => FormattableString.Invariant($"{shortcut.Label} in at most {shortcut.Value:F1} % of the triplets")),
            Text($@"SELECT count(*) FROM {table} WHERE regexp_matches(lower(edit), '\b(he|she|him|her|they|them)\b')", "{0} edits with a personal pronoun", cancellationToken),
            $"most frequent changes: {string.Join(", ", Changes(10, cancellationToken).Select(change => FormattableString.Invariant($"{change.Label} {change.Value}")))}",
        ];
    }

    /// <summary>The percentage of triplets that are right when each text, or each reference, is answered by its most frequent target.</summary>
    public IReadOnlyList<ReportBar> Shortcuts(CancellationToken cancellationToken) =>
    [
        .. Guesses.SelectMany(guess => file.Read(
            $"SELECT (100.0 * sum(best) / sum(n))::DOUBLE FROM (SELECT max(n) AS best, sum(n) AS n FROM (SELECT {guess.Key}, {guess.Target}, count(*) AS n FROM {table} GROUP BY ALL) GROUP BY {guess.Key})",
            row => new ReportBar(guess.Meaning, row.GetDouble(0)), cancellationToken)),
    ];

    /// <summary>The words that most often become each other, with how often.</summary>
    public IReadOnlyList<ReportBar> Changes(int most, CancellationToken cancellationToken) => file.Read(
        $"SELECT concat(removed, ' → ', added), count(*) AS n FROM {table} GROUP BY removed, added ORDER BY n DESC, removed, added LIMIT {most}", Bar, cancellationToken);

    /// <summary>Triplets by the words of their text.</summary>
    public IReadOnlyList<ReportBar> Lengths(CancellationToken cancellationToken) => Histogram($"SELECT least({Length}, {MostWords}) AS bin FROM {table}", bin => bin == MostWords ? $"{bin}+" : $"{bin}", cancellationToken);

    /// <summary>Triplets by a similarity; empty where it is not known.</summary>
    public IReadOnlyList<ReportBar> Similarities(string column, CancellationToken cancellationToken) => Histogram(
        $"SELECT floor({column} * {BinsPerUnit} + 1e-6) AS bin FROM {table}", bin => FormattableString.Invariant($"{(double)bin / BinsPerUnit:F2}"), cancellationToken);

    /// <summary>Words by the caption pairs that they differ in: 1, 2 and 3, 4 to 7, and so on.</summary>
    public IReadOnlyList<ReportBar> PairsPerWord(CancellationToken cancellationToken) => Histogram(
        """
        SELECT floor(log2(count(*))) AS bin
        FROM (SELECT unnest([word_a, word_b]) AS word FROM caption_pairs SEMI JOIN media_pairs USING (pair)) WHERE word <> '' GROUP BY word
        """,
        bin => bin == 0 ? "1" : $"{1L << bin}–{(2L << bin) - 1}", cancellationToken);

    private static ReportBar Bar(DuckDB.NET.Data.DuckDBDataReader row) => new(row.GetString(0), row.GetInt64(1));

    // Every bin between the first and the last, also empty ones.
    private IReadOnlyList<ReportBar> Histogram(string bins, Func<int, string> label, CancellationToken cancellationToken)
    {
        var counts = file.Read($"SELECT bin::INTEGER AS bin, count(*) FROM ({bins}) WHERE bin IS NOT NULL GROUP BY ALL ORDER BY bin", row => (Bin: row.GetInt32(0), Count: row.GetInt64(1)), cancellationToken)
            .ToDictionary(row => row.Bin, row => row.Count);
        return counts.Count == 0 ? [] : [.. Enumerable.Range(counts.Keys.Min(), counts.Keys.Max() - counts.Keys.Min() + 1).Select(bin => new ReportBar(label(bin), counts.GetValueOrDefault(bin)))];
    }

    private string Text(string sql, string format, CancellationToken cancellationToken) =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, format, file.Read(sql, row => row.GetValue(0), cancellationToken)[0]);
}
