using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Pages;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>The first page of a benchmark of several parts: figures of all, averages, and links to the page of each.</summary>
internal static class BenchmarkIndexPage
{
    public static async Task<string> RenderAsync(BenchmarkResult result)
    {
        using var template = typeof(BenchmarkIndexPage).Assembly.GetManifestResourceStream("benchmark.liquid")!;
        return await HtmlReport.RenderAsync(template, new Model(result.Benchmark, [.. result.Parts[0].Results.Select((first, at) => TableOf(result, first, at))])).ConfigureAwait(false);
    }

    private static Table TableOf(BenchmarkResult result, EvaluationResult first, int at)
    {
        string[] names = [.. first.Report.Metrics.Keys];
        return new Table(
            $"{first.Variant.Name}, {first.Query.Name}",
            names,
            [
                .. result.Parts.Select(part => new Row(part.Part.Name, $"{Uri.EscapeDataString(part.Part.Name)}.html", Cells(names, part.Results[at].Report, part.Results[at].Intervals))),
                .. result.Averages.Where(average => average.Variant == first.Variant && average.Query == first.Query).Take(1)
                    .Select(mean => new Row("average", null, Cells(names, mean.Report, mean.Intervals))),
            ]);
    }

    private static IReadOnlyList<Cell> Cells(string[] names, RetrievalReport report, IReadOnlyDictionary<string, MetricInterval> intervals) =>
    [
        .. names.Select(name => new Cell(
            FormattableString.Invariant($"{report.Metrics[name]:F2}"),
            intervals.TryGetValue(name, out var interval) ? FormattableString.Invariant($"{interval.Low:F1} – {interval.High:F1}") : null)),
    ];

    /// <summary>The variables of <c>benchmark.liquid</c>.</summary>
    private sealed record Model(string Title, IReadOnlyList<Table> Tables);

    private sealed record Table(string Title, IReadOnlyList<string> Columns, IReadOnlyList<Row> Rows);

    private sealed record Row(string Name, string? Link, IReadOnlyList<Cell> Cells);

    private sealed record Cell(string Value, string? Range);
}
