using System.Globalization;
using System.Text;
using CoVR.Cli.Hosting;
using CoVR.Cli.Runs;
using CoVR.Evaluation;
using CoVR.Modeling.Checkpoints;
using Spectre.Console;

namespace CoVR.Cli.Commands.Train;

/// <summary>The table of a sweep: for each configuration the mean and the deviation over its seeds, and a paired test against the first one.</summary>
/// <param name="host">Prints it.</param>
internal sealed class SweepTable(CommandHost host)
{
    private const string FileName = "sweep.csv";

    private static readonly string[] Columns = ["test", "rules", "metric", "configuration", "runs", "mean", "deviation", "difference", "low", "high", "p", "p_holm"];

    /// <summary>Prints the table and writes it.</summary>
    public async Task WriteAsync(string folder, IReadOnlyList<SweepOutcome> outcomes, CancellationToken cancellationToken)
    {
        SweepOutcome[] finished = [.. outcomes.Where(outcome => outcome.Fault is null)];
        List<Row> rows = [.. ValidationRows(finished)];
        var tables = new Dictionary<SweepOutcome, List<(string Test, QueryTable Table)>>();
        foreach (var outcome in finished)
        {
            tables[outcome] = await TestTables.ReadAsync(outcome.Folder, cancellationToken);
        }

        var keys = tables.Values.SelectMany(some => some.Select(one => (one.Test, one.Table.Key))).Distinct();
        foreach (var (test, key) in keys.Where(one => one.Key.Query == tables.Values.SelectMany(some => some).First(other => other.Test == one.Test).Table.Key.Query))
        {
            rows.AddRange(TestRows(test, key, finished, tables));
        }

        var path = Path.Combine(folder, FileName);
        AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(string.Concat(rows.Select(row => row.Fields()).Prepend(Columns).Select(CsvLine.Of)))));
        Print(rows);
        foreach (var outcome in outcomes.Where(outcome => outcome.Fault is not null))
        {
            host.Warn($"{string.Join(' ', outcome.Combination.Swept)} failed: {outcome.Fault}");
        }

        host.Say($"{finished.Length} of {outcomes.Count} combinations are finished. table: {host.Shown(path)}");
    }

    private static IEnumerable<Row> ValidationRows(IReadOnlyList<SweepOutcome> finished) => finished.Where(outcome => outcome.Best is not null)
        .GroupBy(outcome => outcome.Combination.Configuration)
        .Select(group => new Row("validation", "", "best", group.Key, [.. group.Select(outcome => outcome.Best!.Value)], null));

    // Each query's score is averaged over the seeds first, so that the test pairs queries.
    private static IEnumerable<Row> TestRows(string test, QueryTable.TableKey key, IReadOnlyList<SweepOutcome> finished, Dictionary<SweepOutcome, List<(string Test, QueryTable Table)>> tables)
    {
        var groups = finished.Select(outcome => (outcome.Combination.Configuration, Table: tables[outcome].FirstOrDefault(one => one.Test == test && one.Table.Key == key).Table))
            .Where(one => one.Table is not null)
            .GroupBy(one => one.Configuration, one => one.Table)
            .Select(group => (Configuration: group.Key, Tables: group.ToArray()))
            .ToList();
        var metric = groups[0].Tables[0].Metrics[0];
        var first = groups[0].Tables[0];
        var baseline = Averaged(groups[0].Tables, metric);
        List<Row> rows = [];
        foreach (var (configuration, some) in groups)
        {
            var comparable = rows.Count > 0 && some.Concat(groups[0].Tables).All(table => table.Ids.SequenceEqual(first.Ids) && table.Targets.SequenceEqual(first.Targets));
            Bootstrap.PairedTest? paired = comparable ? new Bootstrap().Compare(Averaged(some, metric), baseline, first.Targets) : null;
            rows.Add(new Row(test, key.Rules, metric, configuration, [.. some.Select(table => table.Of(metric).Where(score => !double.IsNaN(score)).Average())], paired));
        }

        return Corrected(rows);
    }

    private static double[] Averaged(IReadOnlyList<QueryTable> tables, string metric)
    {
        double[][] scores = [.. tables.Select(table => table.Of(metric))];
        return [.. scores[0].Select((_, i) => scores.Average(some => i < some.Length ? some[i] : double.NaN))];
    }

    // Holm: the smallest of m p-values times m, the next times m - 1, and none smaller than the one before.
    private static List<Row> Corrected(List<Row> rows)
    {
        var (left, least) = (rows.Count(row => row.Paired is not null), 0.0);
        var corrected = new Dictionary<Row, double>(ReferenceEqualityComparer.Instance);
        foreach (var row in rows.Where(row => row.Paired is not null).OrderBy(row => row.Paired!.Value.Permutation))
        {
            corrected[row] = least = Math.Max(least, Math.Min(1, left-- * row.Paired!.Value.Permutation));
        }

        return [.. rows.Select(row => corrected.TryGetValue(row, out var p) ? row with { Holm = p } : row)];
    }

    private void Print(IReadOnlyList<Row> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("test", "rules", "metric", "configuration", "runs", "mean ± deviation", "against the first", "p (Holm)");
        foreach (var row in rows)
        {
            string[] fields = row.Fields();
            table.AddRow(Markup.Escape(row.Test), row.Rules, row.Metric, Markup.Escape(row.Configuration), fields[4], fields[6].Length > 0 ? $"{fields[5]} ± {fields[6]}" : fields[5], fields[7].Length > 0 ? $"{fields[7]} [[{fields[8]}, {fields[9]}]]" : "", fields[11]);
        }

        TestReport.WriteWhole(host.Console, table);
    }

    private sealed record Row(string Test, string Rules, string Metric, string Configuration, double[] Values, Bootstrap.PairedTest? Paired)
    {
        public double? Holm { get; init; }

        public string[] Fields() =>
        [
            Test, Rules, Metric, Configuration, Values.Length.ToString(CultureInfo.InvariantCulture), Text(Values.Average()), Text(Deviation()),
            Text(Paired?.Difference.Value), Text(Paired?.Difference.Low), Text(Paired?.Difference.High), Text(Paired?.Permutation, "0.####"), Text(Holm, "0.####"),
        ];

        // Of the sample; one run has none.
        private double? Deviation() => Values.Length < 2 ? null : Math.Sqrt(Values.Sum(value => Math.Pow(value - Values.Average(), 2)) / (Values.Length - 1));

        private static string Text(double? value, string format = "0.00") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
    }
}
