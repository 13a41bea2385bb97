using System.Globalization;
using System.Net;
using System.Text;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>A report as one page: what can be scored, what is wrong and how often, how to fix it, and the items of each kind.</summary>
internal static class DoctorPage
{
    private const int MostItems = 200;

    private const string TableStyle = """
        :root { --ink: #1d2433; --soft: #5d6678; --line: #e3e6ec; --paper: #fbfbfd; --accent: #3557d6; color-scheme: light dark; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8ebf2; --soft: #9aa3b5; --line: #2c3342; --paper: #12151c; --accent: #8da2ff; } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
        main { max-width: 1120px; margin: 0 auto; padding: 48px 24px 80px; }
        h1 { font-size: 34px; line-height: 1.15; margin: 0 0 10px; } h2 { font-size: 21px; margin: 44px 0 6px; } p { color: var(--soft); }
        a { color: var(--accent); } .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
        th, td { text-align: right; padding: 6px 0 6px 26px; border-bottom: 1px solid var(--line); font-weight: 400; color: var(--soft); overflow-wrap: normal; vertical-align: top; }
        th:first-child { text-align: left; padding-left: 0; min-width: 130px; } td b { color: var(--ink); font-weight: 600; } small { display: block; white-space: nowrap; }
        """;

    private const string Style = """
        td, th { text-align: left; padding-right: 10px; } td:first-child { padding-left: 0; } td.n, th.n { text-align: right; } .fault { color: #c0392b; } .warning { color: #b7791f; } .note { color: var(--soft); }
        details { margin: 10px 0; } summary { cursor: pointer; }
        """;

    /// <summary>Writes the page.</summary>
    public static string Of(DoctorReport report)
    {
        var verdict = !report.IsComplete ? "Stopped before the end" : report.IsHealthy ? "Healthy" : "There are faults";
        var page = new StringBuilder(FormattableString.Invariant($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{verdict}</title><style>{TableStyle}{Style}</style></head><body><main>
            <h1>{verdict}</h1>
            <p>{Count(report.Faults, "fault")}, {Count(report.Warnings, "warning")}. Begun {report.Started:u}, {report.Elapsed:hh\:mm\:ss}; {(report.Level == DoctorLevel.Full ? "everything was decoded" : "a quick look, nothing was decoded")}.</p>

            """));
        AppendCoverage(page, report);
        AppendGroups(page, report);
        AppendChecks(page, report);
        return page.Append("</main></body></html>\n").ToString();
    }

    private static void AppendCoverage(StringBuilder page, DoctorReport report)
    {
        if (report.Coverage.Count == 0)
        {
            return;
        }

        page.Append("<h2>What can be scored</h2>\n<div class=\"wide\"><table><tr><th>data</th><th class=\"n\">queries</th><th class=\"n\">right answers</th><th class=\"n\">candidates</th><th class=\"n\">highest recall</th><th>figures would miss</th></tr>\n");
        foreach (var part in report.Coverage)
        {
            var (at, highest) = (part.Coverage, part.HighestRecall is { } recall ? FormattableString.Invariant($"{recall:F1} %") : "");
            page.Append(CultureInfo.InvariantCulture, $"<tr><td><b>{Encode(part.Dataset)}</b> {part.Split.ToString().ToLowerInvariant()}</td>{Share(at.QueriesScored, at.Queries)}{Share(at.TargetsPresent, at.Targets)}")
                .Append(CultureInfo.InvariantCulture, $"{Share(at.CandidatesPresent, at.Candidates)}<td class=\"n\">{highest}</td><td>{string.Join("<br>", part.Misses.Select(Encode))}</td></tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static void AppendGroups(StringBuilder page, DoctorReport report)
    {
        var items = report.Findings.ToLookup(finding => (finding.Severity, finding.Kind, finding.Dataset));
        page.Append("<h2>What was found</h2>\n");
        foreach (var group in report.Groups)
        {
            var severity = group.Severity.ToString().ToLowerInvariant();
            page.Append(CultureInfo.InvariantCulture, $"<details><summary><b class=\"{severity}\">{severity}</b> {Encode(group.Kind)} {Encode(group.Dataset)} <b>{group.Count:N0}</b>: {Encode(group.First.Reason)}{(group.First.Fix is { Length: > 0 } fix ? $" → {Encode(fix)}" : "")}</summary>\n")
                .Append("<div class=\"wide\"><table>\n");
            foreach (var finding in items[(group.Severity, group.Kind, group.Dataset)].Take(MostItems))
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Encode(finding.Id)}</td><td>{Encode(finding.Place)}</td><td>{Encode(finding.Reason)}</td></tr>\n");
            }

            page.Append("</table></div>").Append(group.Count > MostItems ? FormattableString.Invariant($"<p>and {group.Count - MostItems:N0} more, in {DoctorReport.FileName}</p>") : "").Append("</details>\n");
        }
    }

    private static void AppendChecks(StringBuilder page, DoctorReport report)
    {
        page.Append("<h2>What was looked at</h2>\n<div class=\"wide\"><table><tr><th>check</th><th class=\"n\">items</th><th class=\"n\">faults</th><th class=\"n\">warnings</th><th>time</th></tr>\n");
        foreach (var check in report.Checks)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Encode(check.Name)}</td><td class=\"n\">{check.Looked:N0}</td><td class=\"n\">{check.Faults:N0}</td><td class=\"n\">{check.Warnings:N0}</td><td>{check.Elapsed:hh\\:mm\\:ss}</td></tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static string Count(int number, string what) => FormattableString.Invariant($"{number:N0} {what}{(number == 1 ? "" : "s")}");

    private static string Share(int present, int total) => FormattableString.Invariant($"<td class=\"n {(present < total ? "warning" : "")}\">{present:N0} of {total:N0}</td>");

    private static string Encode(string? text) => WebUtility.HtmlEncode(text) ?? "";
}
