using CoVR.Data;
using CoVR.Datasets.FashionIQ;
using CoVR.Evaluation;

namespace CoVR.Reproduction.Results;

/// <summary>The averages of FashionIQ's three categories (<c>mean_results</c> of the reference's <c>src/test/blip2/fashioniq.py</c>).</summary>
internal static class FashionIQAverages
{
    private static readonly int[] Cuts = [1, 5, 10, 50];

    /// <summary>The mean of every metric over the three categories, equally weighted.</summary>
    /// <param name="reports">The report of each category, by its name: dress, shirt and toptee.</param>
    /// <returns>A report whose figures are means of rounded figures, as in the reference; queries and gallery are added up.</returns>
    /// <exception cref="ArgumentException">A category is missing, or an unknown one is present.</exception>
    public static RetrievalReport Of(IReadOnlyDictionary<string, RetrievalReport> reports)
    {
        var ordered = InOrder(reports);
        var first = ordered[0];
        return new RetrievalReport(
            "fashioniq",
            first.PrimaryMetric,
            first.Metrics.Keys.ToDictionary(name => name, name => Mean(ordered, name)),
            ordered.Sum(report => report.Queries),
            ordered.Sum(report => report.Gallery),
            new Dictionary<string, string> { ["average"] = $"the mean of {string.Join(", ", FashionIQOptions.Categories)}, each with equal weight" });
    }

    /// <summary>The reference's file of averages, <c>recalls_fiq-mean.json</c>.</summary>
    /// <param name="reports">The report of each category, by its name.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">A category is missing, or an unknown one is present.</exception>
    public static ResultFile File(IReadOnlyDictionary<string, RetrievalReport> reports)
    {
        var ordered = InOrder(reports);
        return new ResultFile("recalls_fiq-mean.json", PythonJson.Write(Cuts.Select(k => KeyValuePair.Create($"R{k}_mean", (object)Mean(ordered, $"R@{k}")))));
    }

    /// <summary>The table row that the reference prints: R@10 and R@50 of dress, shirt, toptee and their average, for a LaTeX table.</summary>
    /// <param name="reports">The report of each category, by its name.</param>
    /// <returns>Eight figures joined by <c> &amp; </c>.</returns>
    /// <exception cref="ArgumentException">A category is missing, or an unknown one is present.</exception>
    public static string Row(IReadOnlyDictionary<string, RetrievalReport> reports)
    {
        var ordered = InOrder(reports);
        var figures = ordered.SelectMany(report => new[] { report.Metrics["R@10"], report.Metrics["R@50"] }).Append(Mean(ordered, "R@10")).Append(Mean(ordered, "R@50"));
        return string.Join(" & ", figures.Select(figure => PythonJson.Write(figure)));
    }

    private static RetrievalReport[] InOrder(IReadOnlyDictionary<string, RetrievalReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        return reports.Count == FashionIQOptions.Categories.Count && FashionIQOptions.Categories.All(reports.ContainsKey)
            ? [.. FashionIQOptions.Categories.Select(category => reports[category])]
            : throw new ArgumentException($"The averages need {string.Join(", ", FashionIQOptions.Categories)}, not {string.Join(", ", reports.Keys)}.", nameof(reports));
    }

    private static double Mean(RetrievalReport[] reports, string metric) =>
        RetrievalMetrics.Round(reports.Sum(report => RetrievalMetrics.Round(report.Metrics[metric], 2)) / reports.Length, 2);
}
