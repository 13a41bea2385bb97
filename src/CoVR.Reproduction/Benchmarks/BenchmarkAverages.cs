using CoVR.Evaluation;
using CoVR.Reproduction.Results;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>The averages of FashionIQ's categories for every variant and kind of query.</summary>
internal static class BenchmarkAverages
{
    public static IReadOnlyList<BenchmarkAverage> Of(IReadOnlyList<BenchmarkPartResult> parts) =>
        [.. parts[0].Results.Index().Where(pair => pair.Item.Report.Metrics.Count > 0).Select(pair => Average(pair.Item, [.. parts.Select(part => part.Results[pair.Index])], parts))];

    private static BenchmarkAverage Average(EvaluationResult first, IReadOnlyList<EvaluationResult> results, IReadOnlyList<BenchmarkPartResult> parts) => new(
        first.Variant,
        first.Query,
        FashionIQAverages.Of(parts.Zip(results).ToDictionary(pair => pair.First.Part.Name, pair => pair.Second.Report)),
        first.Bootstrap.Averages(results));

    /// <summary>The reference's file of an average.</summary>
    public static ResultFile File(BenchmarkAverage average, IReadOnlyList<BenchmarkPartResult> parts)
    {
        var file = FashionIQAverages.File(parts.ToDictionary(
            part => part.Part.Name, part => part.Results.First(result => result.Variant == average.Variant && result.Query == average.Query).Report));
        return file with { Name = ReferenceResultFiles.NameOf(Path.GetFileNameWithoutExtension(file.Name), average.Query) };
    }
}
