using System.Globalization;
using System.Text;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Evaluation;
using CoVR.Reproduction.Benchmarks;

namespace CoVR.Cli.Runs;

/// <summary>The outcome of every query by one set of rules; <c>queries.csv</c> holds all of a test.</summary>
/// <param name="Key">The part of the benchmark, the rules, and the kind of query.</param>
/// <param name="Ids">The queries.</param>
/// <param name="Targets">Their right answers.</param>
/// <param name="Metrics">The names of metrics that are means over queries, the primary one first.</param>
/// <param name="Scores">For each query its contribution to each metric, in percent; NaN where it does not count.</param>
internal sealed record QueryTable(QueryTable.TableKey Key, IReadOnlyList<string> Ids, IReadOnlyList<string> Targets, IReadOnlyList<string> Metrics, IReadOnlyList<double[]> Scores)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "queries.csv";

    private static readonly string[] Fixed = ["part", "rules", "query", "id", "reference", "target", "rank"];

    /// <summary>The scores of one metric.</summary>
    public double[] Of(string metric) => [.. Scores.Select(row => row[Metrics.ToList().IndexOf(metric)])];

    /// <summary>Adds the file of a result to the pages beside which it is written; hidden splits have none.</summary>
    public static IReadOnlyDictionary<string, string> AddTo(IReadOnlyDictionary<string, string> pages, BenchmarkResult result)
    {
        var results = result.Parts.SelectMany(part => part.Results.Where(one => one.Report.QueryScores.Count > 0).Select(one => (part.Part.Name, one))).ToList();
        return results.Count == 0 ? pages : new Dictionary<string, string>(pages) { [FileName] = Write(results) };
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="DatasetFormatException">It is missing or malformed.</exception>
    public static async Task<IReadOnlyList<QueryTable>> ReadAsync(string file, CancellationToken cancellationToken)
    {
        using var csv = await CsvTable.OpenAsync(file, cancellationToken);
        int[] columns = [.. Fixed.Select(csv.Column)];
        string[] metrics = [.. csv.Header.Skip(Fixed.Length)];
        List<(TableKey Key, string Id, string Target, double[] Scores)> rows = [];
        await foreach (var row in csv.ReadAsync(cancellationToken))
        {
            rows.Add((new TableKey(row[columns[0]], row[columns[1]], row[columns[2]]), row[columns[3]], row[columns[5]], [.. metrics.Select((name, i) => Number(csv, name, row[Fixed.Length + i]))]));
        }

        return [.. rows.GroupBy(row => row.Key).Select(table => new QueryTable(table.Key, [.. table.Select(row => row.Id)], [.. table.Select(row => row.Target)], metrics, [.. table.Select(row => row.Scores)]))];
    }

    private static double Number(CsvTable csv, string column, string text) => text.Length == 0 ? double.NaN
        : double.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value
        : throw csv.Fault(csv.Line, column, $"'{text}' is not a number.");

    private static string Write(IReadOnlyList<(string Part, EvaluationResult Result)> results)
    {
        string[] metrics = [.. results.SelectMany(one => one.Result.Report.QueryScores.Keys.Prepend(one.Result.Report.PrimaryMetric)).Distinct().Where(name => results.Any(one => one.Result.Report.QueryScores.ContainsKey(name)))];
        var text = new StringBuilder(CsvLine.Of([.. Fixed, .. metrics]));
        foreach (var (part, result) in results)
        {
            for (var i = 0; i < result.Dataset.Triplets.Count; i++)
            {
                var triplet = result.Dataset.Triplets[i];
                var rank = triplet.Target is { } target ? RetrievalMetrics.RankOf(result.Rankings[i], target) : null;
                text.Append(CsvLine.Of([part, result.Variant.Name, result.Query.Name, triplet.Id, triplet.Reference.Value, triplet.Target?.Value, rank?.ToString(CultureInfo.InvariantCulture), .. metrics.Select(name => Score(result, name, i))]));
            }
        }

        return text.ToString();
    }

    private static string? Score(EvaluationResult result, string metric, int query) =>
        result.Report.QueryScores.TryGetValue(metric, out var scores) && !double.IsNaN(scores[query]) ? scores[query].ToString("R", CultureInfo.InvariantCulture) : null;

    /// <summary>What a table is about.</summary>
    internal sealed record TableKey(string Part, string Rules, string Query);
}

/// <summary>Writes CSV.</summary>
internal static class CsvLine
{
    /// <summary>A line with its end; a field is quoted where it must be.</summary>
    public static string Of(IEnumerable<string?> fields) => string.Join(',', fields.Select(Field)) + "\n";

    private static string Field(string? field) => field.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{field!.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field ?? "";
}
