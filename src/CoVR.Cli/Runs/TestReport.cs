using System.Globalization;
using CoVR.Cli.Hosting;
using CoVR.Data;
using CoVR.Reproduction.Benchmarks;
using Spectre.Console;

namespace CoVR.Cli.Runs;

/// <summary>Prints the figures of tests as one table for each kind of figures.</summary>
internal static class TestReport
{
    private const int Widest = 240;

    /// <summary>Prints the tables.</summary>
    public static void Print(CommandHost host, IReadOnlyList<(PlannedTest Test, BenchmarkResult Result)> results)
    {
        var rows = results.SelectMany(result => Rows(result.Test, result.Result)).ToList();
        foreach (var group in rows.Where(row => row.Report.Metrics.Count > 0).GroupBy(row => string.Join(' ', row.Report.Metrics.Keys)))
        {
            var names = group.First().Report.Metrics.Keys.ToList();
            var table = new Table().Border(TableBorder.Simple).AddColumns(["test", "rules", .. names]);
            foreach (var row in group)
            {
                table.AddRow([row.Name, row.Rules, .. names.Select(name => row.Report.Metrics[name].ToString("F2", CultureInfo.InvariantCulture))]);
            }

            WriteWhole(host.Console, table);
        }

        foreach (var row in rows.Where(row => row.Report.Metrics.Count == 0).DistinctBy(row => row.Name))
        {
            host.Say($"{row.Name}: the answers are hidden; submit its files to the benchmark's server.");
        }

        foreach (var (test, result) in results)
        {
            Notes(host, test, result);
        }
    }

    /// <summary>Prints a table at its whole width: a wrapped row reads better than truncated figures, and mpirun's terminal is narrow regardless of the user's.</summary>
    public static void WriteWhole(IAnsiConsole console, Table table)
    {
        var width = console.Profile.Width;
        console.Profile.Width = Math.Max(width, Widest);
        try
        {
            console.Write(table);
        }
        finally
        {
            console.Profile.Width = width;
        }
    }

    private static void Notes(CommandHost host, PlannedTest test, BenchmarkResult result)
    {
        foreach (var part in result.Parts)
        {
            foreach (var incomplete in part.Results.Where(one => !one.Coverage.IsComplete).Take(1))
            {
                host.Warn($"{test.Name} {part.Part.Name}: {incomplete.Coverage.Describe()}");
            }

            foreach (var leak in part.Results.SelectMany(one => one.Leaks.Select(text => $"{one.Variant.Name}: {text}")).Distinct())
            {
                host.Say($"{test.Name}, {leak}");
            }
        }

        foreach (var submission in result.Submissions.Where(submission => submission.Faults.Count > 0))
        {
            host.Warn($"the server would reject {host.Shown(Path.Combine(result.OutputFolder!, submission.File))}: {submission.Faults[0]}{(submission.Faults.Count > 1 ? $" ({submission.Faults.Count - 1} faults more)" : "")}");
        }
    }

    private static IEnumerable<(string Name, string Rules, RetrievalReport Report)> Rows(PlannedTest test, BenchmarkResult result)
    {
        foreach (var part in result.Parts)
        {
            foreach (var one in part.Results)
            {
                yield return (result.Parts.Count == 1 ? test.Name : $"{test.Name}-{part.Part.Name}", one.Variant.Name, one.Report);
            }
        }

        foreach (var average in result.Averages)
        {
            yield return ($"{test.Name} (mean)", average.Variant.Name, average.Report);
        }
    }
}
