using System.Globalization;
using System.Text.Json;
using CoVR.Evaluation;

namespace CoVR.Cli.Pages;

/// <summary>The variables of <c>evaluation.liquid</c>.</summary>
internal sealed class EvaluationModel
{
    private const int PanelMetrics = 4;
    private const int MaximalPanels = 6;
    private const int MaximalCurves = 8;

    private readonly IReadOnlyList<EvaluationResult> _results;
    private readonly Dictionary<string, string>[] _fields;

    public EvaluationModel(IReadOnlyList<EvaluationResult> results, EvaluationPageOptions options, IReadOnlyList<QuerySection> sections, string style)
    {
        (_results, Title, Introduction, Sections, Style) = (results, options.Title, options.Introduction, sections, style);
        _fields = [.. results.Select(FieldsOf)];
        Metrics = [.. results.SelectMany(result => result.Report.Metrics.Keys).Distinct()];
        Charts = [.. options.Charts.Select(chart => new RunChart(chart))];
        Recall = CreateRecall();
    }

    public string Title { get; }

    public string Introduction { get; }

    public string Style { get; }

    public string Dataset => First.Fingerprint.Dataset;

    public string ModelName => First.Fingerprint.Model;

    public string CodeVersion => First.Fingerprint.CodeVersion;

    public int Queries => First.Coverage.QueriesScored;

    public int Candidates => First.Coverage.CandidatesPresent;

    public string Level => First.Bootstrap.Level.ToString("P0", CultureInfo.InvariantCulture);

    /// <summary>Leaks, deviations and missing data.</summary>
    public IEnumerable<Note> Notes =>
    [
        .. ByVariants(result => result.Leaks).Select(part => new Note($"The figures of {Listed(part.Variants)} use knowledge that no gallery in practice can have.", part.Sentences)),
        .. ByVariants(result => result.Deviations).Select(part => new Note($"{Listed(part.Variants)} {(part.Variants.Length == 1 ? "departs from its" : "depart from their")} rules.", part.Sentences)),
        .. new[] { new Note("Some data was missing.", [.. _results.Select(result => result.Coverage).Where(coverage => !coverage.IsComplete).Select(coverage => coverage.Describe()).Distinct()]) }
            .Where(note => note.Sentences.Count > 0),
    ];

    public IReadOnlyList<string> Metrics { get; }

    public IEnumerable<string> Columns => _results.Count > 1 ? [.. Metrics, $"{First.Report.PrimaryMetric} against the first"] : Metrics;

    public IEnumerable<Panel> Panels => FirstKindFirst().Take(MaximalPanels).Select(result => new Panel(Label(result), result.Report.Metrics.Take(PanelMetrics).Select(metric => BarOf(result, metric.Key, metric.Value))));

    public IEnumerable<Row> Rows => _results.Select(result => new Row(
        Label(result),
        [.. Metrics.Select(name => CellOf(result, name)), .. _results.Count > 1 ? [DifferenceOf(result)] : Array.Empty<Cell?>()]));

    /// <summary>Null if no correct answer is known.</summary>
    public RecallChart? Recall { get; }

    public IReadOnlyList<QuerySection> Sections { get; }

    public IReadOnlyList<RunChart> Charts { get; }

    /// <summary>What all results have in common.</summary>
    public IEnumerable<KeyValuePair<string, string>> SharedFields => _fields[0].Where(pair => _fields.All(other => other[pair.Key] == pair.Value));

    public IEnumerable<string> DifferentFields => _fields[0].Keys.Where(name => _fields.Any(other => other[name] != _fields[0][name]));

    public IEnumerable<FingerprintRow> Fingerprints => _results.Zip(_fields, (result, fields) => new FingerprintRow(Label(result), DifferentFields.Select(name => fields[name]), result.Fingerprint.Sha256()));

    private EvaluationResult First => _results[0];

    /// <summary>The display name of a kind of query.</summary>
    public static string NameOf(QueryKind kind) => kind.Name switch
    {
        "composed" => "Picture and text",
        "text-only" => "Text alone",
        "image-only" => "Picture alone",
        "average" => "Average of both",
        _ => $"Picture and text, against {kind.Name}",
    };

    /// <summary>Formats numbers with a minus sign as wide as a plus.</summary>
    public static string Signed(FormattableString text) => FormattableString.Invariant(text).Replace('-', '−');

    /// <summary>What distinguishes a result from the others.</summary>
    private string Label(EvaluationResult result)
    {
        List<string> parts = [];
        AddIfDifferent(NameOf(result.Query), other => NameOf(other.Query));
        AddIfDifferent(result.Variant.Name, other => other.Variant.Name);
        AddIfDifferent($"reference {result.Fingerprint.SelfMatch}", other => other.Variant.Name == result.Variant.Name ? $"reference {other.Fingerprint.SelfMatch}" : "");
        AddIfDifferent(result.Fingerprint.Model, other => other.Fingerprint.Model);
        return parts.Count == 0 ? NameOf(result.Query) : string.Join(" · ", parts);

        void AddIfDifferent(string value, Func<EvaluationResult, string> of)
        {
            if (_results.Select(of).Where(other => other.Length > 0).Distinct().Count() > 1)
            {
                parts.Add(value);
            }
        }
    }

    /// <summary>Results ordered with the first kind of query first.</summary>
    private IOrderedEnumerable<EvaluationResult> FirstKindFirst() => _results.OrderBy(result => result.Query == First.Query ? 0 : 1);

    /// <summary>Sentences with the variants that share them.</summary>
    private IEnumerable<(string[] Variants, string[] Sentences)> ByVariants(Func<EvaluationResult, IEnumerable<string>> of) => _results
        .GroupBy(result => result.Variant.Name)
        .Select(variant => (variant.Key, Sentences: variant.SelectMany(of).Distinct().ToArray()))
        .Where(pair => pair.Sentences.Length > 0)
        .GroupBy(pair => string.Join('\n', pair.Sentences))
        .Select(group => (group.Select(pair => pair.Key).ToArray(), group.First().Sentences));

    private static string Listed(string[] names) =>
        names.Length == 1 ? $"“{names[0]}”" : $"{string.Join(", ", names[..^1].Select(name => $"“{name}”"))} and “{names[^1]}”";

    private static Bar BarOf(EvaluationResult result, string name, double value)
    {
        var interval = result.Intervals.TryGetValue(name, out var known) ? known : new Bootstrap.Interval(value, value, value);
        return new Bar(name, Svg.Number(value), Svg.Number(interval.Low), Svg.Number(interval.High));
    }

    private static Cell? CellOf(EvaluationResult result, string name) => result.Report.Metrics.TryGetValue(name, out var value)
        ? new Cell(value.ToString("F2", CultureInfo.InvariantCulture), result.Intervals.TryGetValue(name, out var interval) ? Range(interval) : null)
        : null;

    /// <summary>The difference of the primary metric from the first result; null if they cannot be compared.</summary>
    private Cell? DifferenceOf(EvaluationResult result)
    {
        var isComparable = result != First && result.Fingerprint.DataSha256 == First.Fingerprint.DataSha256 && result.Coverage.QueriesScored == First.Coverage.QueriesScored;
        return isComparable && result.Bootstrap.Differences(result, First).TryGetValue(First.Report.PrimaryMetric, out var difference)
            ? new Cell(difference.Value.ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture), Range(difference))
            : null;
    }

    private static string Range(Bootstrap.Interval interval) => Signed($"{interval.Low:F1} – {interval.High:F1}");

    private RecallChart? CreateRecall()
    {
        (string, IReadOnlyList<double>)[] lines =
        [
            .. FirstKindFirst().Where(result => result.Dataset.Triplets.Any(triplet => triplet.Target is not null))
                .Take(MaximalCurves)
                .Select(result => (Label(result), (IReadOnlyList<double>)RecallByCutOff(result))),
        ];
        var answers = First.Dataset.Triplets.Any(triplet => triplet.Answers?.Count > 1) ? "With several right answers, the first in the annotations counts. " : "";
        var shown = _results.Count > lines.Length ? $"The first {lines.Length} of {_results.Count} results." : "";
        return lines.Length == 0 ? null : new RecallChart(lines, answers + shown);
    }

    private static double[] RecallByCutOff(EvaluationResult result)
    {
        int?[] ranks =
        [
            .. result.Dataset.Triplets.Zip(result.Rankings)
                .Where(pair => pair.First.Target is not null)
                .Select(pair => RetrievalMetrics.RankOf(pair.Second, pair.First.Target!.Value)),
        ];
        var found = new int[result.Protocol.Depth + 1];
        foreach (var rank in ranks)
        {
            found[rank is { } place && place <= result.Protocol.Depth ? place : 0]++;
        }

        var sum = 0;
        return [.. found.Skip(1).Select(count => 100.0 * (sum += count) / ranks.Length)];
    }

    private static Dictionary<string, string> FieldsOf(EvaluationResult result)
    {
        using var json = JsonDocument.Parse(result.Fingerprint.ToCanonicalJson());
        var fields = json.RootElement.EnumerateObject().ToDictionary(field => field.Name.Replace('_', ' '), field => field.Value.ToString());
        fields["coverage"] = result.Coverage.Describe();
        fields["intervals"] = FormattableString.Invariant(
            $"percentile bootstrap, {result.Bootstrap.Resamples} draws of {(result.Bootstrap.DrawsQueries ? "queries" : "targets with their queries")}, level {result.Bootstrap.Level}, seed {result.Bootstrap.Seed}");
        return fields;
    }

    internal sealed record Note(string Title, IReadOnlyList<string> Sentences);

    internal sealed record Panel(string Label, IEnumerable<Bar> Bars);

    internal sealed record Bar(string Name, string Value, string Low, string High);

    internal sealed record Row(string Label, IReadOnlyList<Cell?> Cells);

    internal sealed record Cell(string Value, string? Range);

    internal sealed record FingerprintRow(string Label, IEnumerable<string> Values, string Sha256);
}
