using System.Text;
using CoVR.Construction.Review;
using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>The page that says what a data set contains and how it was made.</summary>
/// <param name="file">The work file, with every earlier stage.</param>
/// <param name="name">The name of the data set.</param>
/// <param name="review">What reviewers decided.</param>
internal sealed class DatasetCard(WorkFile file, string name, ReviewSummary review)
{
    private readonly StringBuilder _text = new();

    /// <summary>The page, in Markdown.</summary>
    public string Write(CancellationToken cancellationToken)
    {
        Line($"# {name}");
        Line("Triplets of a reference, a modification text and a target, for composed image and video retrieval; made by `covr construct`.");
        Table("Triplets", "split | triplets | references | targets | edits", """
            SELECT concat_ws(' | ', split, count(*), count(DISTINCT pth1), count(DISTINCT pth2), count(DISTINCT edit)) AS line FROM reviewed GROUP BY split ORDER BY split
            """, cancellationToken);
        WriteFunnel();
        WriteReview();
        Table("Examples", "reference | edit | target", """
            SELECT concat_ws(' | ', concat(pth1, ': ', txt1), replace(edit, '|', '\|'), concat(pth2, ': ', txt2)) AS line FROM (SELECT * FROM reviewed ORDER BY md5(concat(pth1, pth2, edit)) LIMIT 20)
            """, cancellationToken);
        Table("Licences", "licence | media", $"""
            SELECT concat_ws(' | ', coalesce(licence, 'not stated'), count(DISTINCT media)) AS line
            FROM (SELECT licence, {Sql.Media} AS media FROM items) SEMI JOIN (SELECT unnest([pth1, pth2]) AS media FROM reviewed) USING (media) GROUP BY licence ORDER BY 1
            """, cancellationToken);
        return _text.ToString();
    }

    private void WriteFunnel()
    {
        var ledger = new Ledger(file);
        Line("\n## How it was made");
        Line("| stage | kept | dropped |\n|---|---|---|");
        StageReport[] reports = [.. Enum.GetValues<ConstructionStage>().Select(ledger.Find).OfType<LedgerEntry>().Select(entry => entry.Report).Where(report => report.Stage != ConstructionStage.Export)];
        foreach (var report in reports)
        {
            Line(FormattableString.Invariant($"| {report.Stage} | {report.Kept:N0} | {string.Join("; ", report.Dropped.Select(dropped => FormattableString.Invariant($"{dropped.Reason}: {dropped.Count:N0}")))} |"));
        }

        Line("");
        foreach (var note in reports.SelectMany(report => report.Notes))
        {
            Line($"- {note}");
        }
    }

    private void WriteReview()
    {
        if (review.Reviewers.Count == 0)
        {
            return;
        }

        Line("\n## Review");
        Line(FormattableString.Invariant($"People judged {review.Judged:N0} triplets and discarded {review.Discarded:N0}, which are not in the files; {review.Reworded:N0} have another text than the first. {review.Flagged:N0} are flagged."));
        Line("\n| reviewer | kept | discarded | from | to |\n|---|---|---|---|---|");
        foreach (var (reviewer, kept, discarded, first, last) in review.Reviewers)
        {
            Line(FormattableString.Invariant($"| {reviewer} | {kept:N0} | {discarded:N0} | {first:yyyy-MM-dd} | {last:yyyy-MM-dd} |"));
        }

        Line("");
        foreach (var (a, b, verdicts, texts) in review.Agreement)
        {
            Line($"- {a} and {b}: keep or discard {Describe(verdicts)}; text {Describe(texts)}");
        }
    }

    private static string Describe(AgreementFigures figures) =>
        FormattableString.Invariant($"alike in {figures.Agreed:N0} of {figures.Compared:N0}{(figures.Kappa is { } kappa ? FormattableString.Invariant($", Cohen's kappa {kappa:F2}") : "")}");

    private void Table(string title, string header, string sql, CancellationToken cancellationToken)
    {
        Line($"\n## {title}");
        Line($"| {header} |\n|{string.Concat(Enumerable.Repeat("---|", header.Split('|').Length))}");
        foreach (var line in file.Read(sql, row => row.GetString(0), cancellationToken))
        {
            Line($"| {line} |");
        }
    }

    private void Line(string text) => _text.Append(text).Append('\n');
}
