using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Reproduction.Benchmarks;

namespace CoVR.Cli.Pages;

/// <summary>The pages of a benchmark: one for each part, and with several parts a first one with the figures of all, averages and links.</summary>
internal static class BenchmarkPages
{
    private const string First = "index.html";

    /// <summary>Renders the pages.</summary>
    /// <returns>HTML by the name of the file.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> RenderAsync(BenchmarkResult result, IFrameReader frames, CancellationToken cancellationToken)
    {
        var (report, isOne, pages) = (new HtmlReport(frames), result.Parts.Count == 1, new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var (part, _, results) in result.Parts)
        {
            var options = new EvaluationPageOptions { Title = isOne ? result.Benchmark : $"{result.Benchmark}: {part.Name}" };
            pages[isOne ? First : $"{part.Name}.html"] = await report.RenderEvaluationAsync(results, part.Reader, options, cancellationToken);
        }

        if (!isOne)
        {
            pages[First] = RenderFirst(result);
        }

        return pages;
    }

    private static string RenderFirst(BenchmarkResult result) =>
        PageTemplate.Render("benchmark.liquid", new Model(result.Benchmark, [.. result.Parts[0].Results.Select((first, at) => TableOf(result, first, at))]));

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

    private static IReadOnlyList<Cell> Cells(string[] names, RetrievalReport report, IReadOnlyDictionary<string, Bootstrap.Interval> intervals) =>
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
