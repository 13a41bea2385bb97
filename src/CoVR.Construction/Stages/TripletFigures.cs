using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Figures that show whether triplets can be answered without their picture or without their text, and what they are about.</summary>
/// <param name="file">The work file, with the table <c>triplets</c>.</param>
internal sealed class TripletFigures(WorkFile file)
{
    /// <summary>One line a figure; empty where there is no triplet.</summary>
    public IReadOnlyList<string> Describe(CancellationToken cancellationToken)
    {
        if (file.Number("SELECT count(*) FROM triplets", cancellationToken) == 0)
        {
            return [];
        }

        return
        [
            Text("SELECT string_agg(concat(split, ' ', n), ', ' ORDER BY split) FROM (SELECT split, count(*) AS n FROM triplets GROUP BY split)", "triplets: {0}", cancellationToken),
            Text("SELECT concat(count(DISTINCT edit), ' distinct edits; words of an edit: least ', min(n), ', median ', median(n), ', most ', max(n)) FROM (SELECT edit, len(string_split(edit, ' ')) AS n FROM triplets)", "{0}", cancellationToken),
            Guess("edit", "pth2", "the text alone names the target", cancellationToken),
            Guess("pth1", "pth2", "the reference alone names the target", cancellationToken),
            Guess("edit", "txt2", "the text alone names the target's caption", cancellationToken),
            Text(@"SELECT count(*) FROM triplets WHERE regexp_matches(lower(edit), '\b(he|she|him|her|they|them)\b')", "{0} edits with a personal pronoun", cancellationToken),
            Text("SELECT string_agg(concat(removed, ' → ', added, ' ', n), ', ' ORDER BY n DESC, removed, added) FROM (SELECT removed, added, count(*) AS n FROM triplets GROUP BY removed, added ORDER BY n DESC, removed, added LIMIT 10)", "most frequent changes: {0}", cancellationToken),
        ];
    }

    // The share of triplets that are right when each key is answered by its most frequent target.
    private string Guess(string key, string target, string meaning, CancellationToken cancellationToken) => Text(
        $"SELECT printf('%.1f', 100.0 * sum(best) / sum(n)) FROM (SELECT max(n) AS best, sum(n) AS n FROM (SELECT {key}, {target}, count(*) AS n FROM triplets GROUP BY ALL) GROUP BY {key})",
        $"{meaning} in at most {{0}} % of the triplets", cancellationToken);

    private string Text(string sql, string format, CancellationToken cancellationToken) =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, format, file.Read(sql, row => row.GetValue(0), cancellationToken)[0]);
}
