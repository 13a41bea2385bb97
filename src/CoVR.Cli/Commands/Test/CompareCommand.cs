using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CoVR.Cli.Hosting;
using CoVR.Cli.Runs;
using CoVR.Evaluation;
using Spectre.Console;

namespace CoVR.Cli.Commands.Test;

/// <summary><c>covr test compare</c>: two runs over the same queries.</summary>
internal sealed class CompareCommand
{
    private readonly Argument<string> _first = new("run1") { Description = "The folder of a run of covr test or covr train." };
    private readonly Argument<string> _second = new("run2") { Description = "The folder of the run to subtract." };
    private readonly Option<string[]> _metrics = new("--metric") { Description = "The metrics to compare, such as R@5. [default: the primary metric of each test]" };
    private readonly Option<bool> _json = new("--json") { Description = "Writes the comparison as JSON to standard output." };
    private readonly CommandHost _host;

    private CompareCommand(CommandHost host) => _host = host;

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host)
    {
        var compare = new CompareCommand(host);
        var command = new DocumentedCommand("compare", "Compares two runs query by query, with paired tests.")
        {
            Notes = """
                Both runs must have tested the same queries; their queries.csv are read. The difference is run1 minus run2, in points, with a bootstrap interval of
                95 %. p (permutation): how often exchanging both results of randomly chosen targets gives a difference as large. better, worse: the queries
                that are right in one run only; p (McNemar): how likely so unequal a split is by chance.
                """,
            Examples =
            [
                new("covr test compare outputs/test/blip-large/a/base outputs/test/blip-large/b/base", "the primary metric of every test that both have"),
                new("covr test compare run1 run2 --metric R@5 --metric R@10 --json"),
            ],
        };
        command.Add(compare._first);
        command.Add(compare._second);
        command.Add(compare._metrics);
        command.Add(compare._json);
        command.SetAction(compare.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (first, second) = (await ReadAsync(parsed.GetValue(_first)!, cancellation), await ReadAsync(parsed.GetValue(_second)!, cancellation));
        List<Line> lines = [];
        foreach (var (test, table) in first)
        {
            if (second.Find(one => one.Test == test && one.Table.Key == table.Key).Table is { } other)
            {
                lines.AddRange(Compare(test, table, other, parsed.GetValue(_metrics) ?? []));
            }
        }

        if (lines.Count == 0)
        {
            throw new CommandException("the runs have no test with the same rules and metric in common.");
        }

        if (parsed.GetValue(_json))
        {
            await _host.Console.Profile.Out.Writer.WriteLineAsync(JsonSerializer.Serialize(lines, JsonOptions));
        }
        else
        {
            Print(lines);
        }

        return ExitCodes.Done;
    }

    private static JsonSerializerOptions JsonOptions { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private async Task<List<(string Test, QueryTable Table)>> ReadAsync(string run, CancellationToken cancellation)
    {
        var folder = _host.PathOf(run);
        var tables = Directory.Exists(folder) ? await TestTables.ReadAsync(folder, cancellation) : throw new CommandException($"there is no folder {run}.");
        return tables.Count > 0 ? tables : throw new CommandException($"{run} holds no {QueryTable.FileName}: run covr test again, which writes it. A split with hidden answers has none.");
    }

    private static IEnumerable<Line> Compare(string test, QueryTable first, QueryTable second, string[] metrics)
    {
        var places = second.Ids.Select((id, place) => (id, place)).ToDictionary(pair => pair.id, pair => pair.place, StringComparer.Ordinal);
        if (places.Count != first.Ids.Count || !first.Ids.Zip(first.Targets).All(pair => places.TryGetValue(pair.First, out var place) && second.Targets[place] == pair.Second))
        {
            throw new CommandException($"{test}: the runs did not test the same queries, so that they cannot be compared in pairs.");
        }

        foreach (var metric in (metrics.Length == 0 ? [first.Metrics[0]] : metrics).Where(name => first.Metrics.Contains(name) && second.Metrics.Contains(name)))
        {
            var (one, other) = (first.Of(metric), second.Of(metric));
            double[] paired = [.. first.Ids.Select(id => other[places[id]])];
            var outcome = new Bootstrap().Compare(one, paired, first.Targets);
            yield return new Line(
                test, first.Key.Part, first.Key.Rules, first.Key.Query, metric, first.Ids.Count, Mean(one), Mean(paired), outcome.Difference.Value, outcome.Difference.Low, outcome.Difference.High,
                outcome.Permutation, outcome.Better, outcome.Worse, outcome.McNemar);
        }
    }

    private static double Mean(double[] scores) => scores.Where(score => !double.IsNaN(score)).DefaultIfEmpty(double.NaN).Average();

    private void Print(IReadOnlyList<Line> lines)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("test", "rules", "query", "metric", "queries", "run1", "run2", "difference", "p (permutation)", "better", "worse", "p (McNemar)");
        foreach (var line in lines)
        {
            table.AddRow(
                Markup.Escape(line.Part == line.Test ? line.Test : $"{line.Test} {line.Part}"), line.Rules, line.Query, line.Metric, Text(line.Queries, "0"), Text(line.Run1), Text(line.Run2), $"{Text(line.Difference, "+0.00;-0.00;0.00")} [[{Text(line.Low)}, {Text(line.High)}]]",
                Text(line.PPermutation, "0.####"), Text(line.Better, "0"), Text(line.Worse, "0"), Text(line.PMcnemar, "0.####"));
        }

        TestReport.WriteWhole(_host.Console, table);

        static string Text(double value, string format = "0.00") => value.ToString(format, CultureInfo.InvariantCulture);
    }

    private sealed record Line(
        string Test, string Part, string Rules, string Query, string Metric, int Queries, double Run1, double Run2, double Difference, double Low, double High, double PPermutation, int Better, int Worse, double PMcnemar);
}
