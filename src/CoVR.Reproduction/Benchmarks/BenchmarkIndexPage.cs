using System.Globalization;
using System.Net;
using System.Text;
using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Reproduction;

/// <summary>The first page of a benchmark of several parts: figures of all, averages, and the way to the page of each.</summary>
internal static class BenchmarkIndexPage
{
    /// <summary>How pages of tables look.</summary>
    internal const string Style = """
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

    public static string Of(BenchmarkResult result)
    {
        var page = new StringBuilder($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Encode(result.Benchmark)}</title><style>{Style}</style></head><body><main>
            <h1>{Encode(result.Benchmark)}</h1>
            <p>Percent of queries, with confidence intervals. The page of each part has pictures, what leaks or deviates, and what defines its figures.</p>

            """);
        for (var i = 0; i < result.Parts[0].Results.Count; i++)
        {
            var first = result.Parts[0].Results[i];
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Encode(first.Variant.Name)}, {Encode(first.Query.Name)}</h2>\n<div class=\"wide\"><table><tr><th></th>");
            string[] names = [.. first.Report.Metrics.Keys];
            page.AppendJoin("", names.Select(name => $"<th>{Encode(name)}</th>")).Append("</tr>\n");
            foreach (var part in result.Parts)
            {
                var link = $"<a href=\"{Uri.EscapeDataString(part.Part.Name)}.html\">{Encode(part.Part.Name)}</a>";
                AppendRow(page, link, names, part.Results[i].Report, part.Results[i].Intervals);
            }

            if (result.Averages.FirstOrDefault(average => average.Variant == first.Variant && average.Query == first.Query) is { } mean)
            {
                AppendRow(page, "average", names, mean.Report, mean.Intervals);
            }

            page.Append("</table></div>\n");
        }

        return page.Append("</main></body></html>\n").ToString();
    }

    private static void AppendRow(
        StringBuilder page, string head, string[] names, RetrievalReport report, IReadOnlyDictionary<string, MetricInterval> intervals)
    {
        page.Append("<tr><th>").Append(head).Append("</th>");
        foreach (var name in names)
        {
            page.Append(CultureInfo.InvariantCulture, $"<td><b>{report.Metrics[name]:F2}</b>");
            if (intervals.TryGetValue(name, out var interval))
            {
                page.Append(CultureInfo.InvariantCulture, $"<small>{interval.Low:F1} – {interval.High:F1}</small>");
            }

            page.Append("</td>");
        }

        page.Append("</tr>\n");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
