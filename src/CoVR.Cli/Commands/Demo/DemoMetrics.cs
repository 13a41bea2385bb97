using System.Text.Json;
using CoVR.Cli.Reporting;
using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Cli.Commands.Demo;

/// <summary>The figures of the run, for people and for programs.</summary>
internal sealed class DemoMetrics(
    DemoArguments arguments, double seconds, TripletDataset test, IReadOnlyList<EvaluationResult> results, IReadOnlyList<EvaluationResult> referenceLeftOut)
{
    /// <summary>The cut-offs that are shown.</summary>
    public static readonly string[] Names = ["R@1", "R@5", "R@10"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The seed of the run.</summary>
    public int Seed { get; } = arguments.Seed;

    /// <summary>The display name of the model.</summary>
    public string Model { get; } = SmallModel.All[arguments.Model].Title;

    /// <summary>The total time.</summary>
    public double Seconds { get; } = seconds;

    /// <summary>The share of the training steps' time in which the model waited for data, in [0, 1].</summary>
    public required double WaitingForData { get; init; }

    /// <summary>Recalls by kind of query, with the unchanged reference among the candidates.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Results { get; } = Table(results);

    /// <summary>Recalls by kind of query, with the query's reference excluded: the rule of WebVid-CoVR.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> ReferenceLeftOut { get; } = Table(referenceLeftOut);

    /// <summary>How many candidates and queries there were.</summary>
    public (int Gallery, int Queries) Sizes { get; } = (test.Candidates.Count, test.Triplets.Count);

    /// <summary>Prints the table.</summary>
    public void Print(ConsoleProgress report)
    {
        report.Say($"{Sizes.Queries} queries about unseen combinations, {Sizes.Gallery} candidates, {Seconds:F0} s in all");
        report.Say($"{"",-12}{string.Concat(Names.Select(name => $"{name,8}"))}");
        foreach (var (kind, values) in Results)
        {
            report.Say(FormattableString.Invariant($"{kind,-12}{string.Concat(Names.Select(name => FormattableString.Invariant($"{values[name],8:F2}")))}"));
        }
    }

    /// <summary>Writes <c>metrics.json</c>.</summary>
    public Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        var content = new Dictionary<string, object>
        {
            ["model"] = Model,
            ["seed"] = Seed,
            ["seconds"] = Math.Round(Seconds, 1),
            ["waiting-for-data"] = Math.Round(WaitingForData, 4),
            ["gallery"] = Sizes.Gallery,
            ["queries"] = Sizes.Queries,
        };
        foreach (var (kind, values) in Results)
        {
            content[kind] = values;
        }

        content["reference-left-out"] = ReferenceLeftOut;
        return File.WriteAllTextAsync(path, JsonSerializer.Serialize(content, Indented), cancellationToken);
    }

    private static Dictionary<string, IReadOnlyDictionary<string, double>> Table(IReadOnlyList<EvaluationResult> results) => results.ToDictionary(
        result => result.Query.Name,
        result => (IReadOnlyDictionary<string, double>)Names.ToDictionary(name => name, name => result.Report.Metrics[name]));
}
