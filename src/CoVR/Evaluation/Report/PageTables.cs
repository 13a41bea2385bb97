using System.Text.Json;

namespace CoVR.Evaluation;

/// <summary>The figures of a page, and what must be known beside them.</summary>
internal static class PageTables
{
    private const int PanelMetrics = 4;
    private const int Panels = 6;

    /// <summary>What a kind of query is called on pages.</summary>
    public static string Title(QueryKind kind) => kind.Name switch
    {
        "composed" => "Picture and text",
        "text-only" => "Text alone",
        "image-only" => "Picture alone",
        "average" => "Average of both",
        _ => $"Picture and text, against {kind.Name}",
    };

    /// <summary>What tells a result from the others.</summary>
    public static string Label(EvaluationResult result, IReadOnlyList<EvaluationResult> all)
    {
        List<string> parts = [];
        AddIfDifferent(Title(result.Query), other => Title(other.Query));
        AddIfDifferent(result.Variant.Name, other => other.Variant.Name);
        AddIfDifferent(result.Fingerprint.SelfMatch, other => other.Variant.Name == result.Variant.Name ? $"reference {other.Fingerprint.SelfMatch}" : "", $"reference {result.Fingerprint.SelfMatch}");
        AddIfDifferent(result.Fingerprint.Model, other => other.Fingerprint.Model);
        return parts.Count == 0 ? Title(result.Query) : string.Join(" · ", parts);

        void AddIfDifferent(string value, Func<EvaluationResult, string> of, string? text = null)
        {
            if (all.Select(of).Where(other => other.Length > 0).Distinct().Count() > 1)
            {
                parts.Add(text ?? value);
            }
        }
    }

    /// <summary>Leaks, deviations and missing data, before any figure.</summary>
    public static void AddNotes(Html html, IReadOnlyList<EvaluationResult> results)
    {
        foreach (var (names, leaks) in Shared(results, result => result.Leaks))
        {
            AddNote(html, $"The figures of {Listed(names)} know something that no gallery in use can know.", leaks);
        }

        foreach (var (names, deviations) in Shared(results, result => result.Deviations))
        {
            AddNote(html, $"{Listed(names)} {(names.Length == 1 ? "departs from its" : "depart from their")} rules.", deviations);
        }

        AddNote(html, "Not everything was there.", [.. results.Select(result => result.Coverage).Where(coverage => !coverage.IsComplete).Select(coverage => coverage.Describe()).Distinct()]);
    }

    /// <summary>Panels of the first results and a table of all.</summary>
    public static void AddScores(Html html, IReadOnlyList<EvaluationResult> results)
    {
        string[] names = [.. results.SelectMany(result => result.Report.Metrics.Keys).Distinct()];
        if (names.Length == 0)
        {
            html.Add($"<h2>Figures</h2><p>The answers of this split are hidden: there is nothing to score here.</p>");
            return;
        }

        html.Add($"<h2>Figures</h2><p>Percent of queries, with the interval that {results[0].Bootstrap.Level:P0} of redrawn data sets fall into (the thin line over a bar).</p><div class=\"score\">");
        foreach (var result in FirstKindFirst(results).Take(Panels))
        {
            AddPanel(html, result, results, isMain: result == results[0]);
        }

        html.Add($"</div><div class=\"wide\"><table><tr><th></th>{new Html.Raw(string.Concat(names.Select(name => $"<th>{Html.Encode(name)}</th>")))}");
        html.Add($"{new Html.Raw(results.Count > 1 ? $"<th>{Html.Encode(results[0].Report.PrimaryMetric)} against the first</th>" : "")}</tr>");
        foreach (var result in results)
        {
            AddRow(html, result, results, names);
        }

        html.Add($"</table></div>");
    }

    /// <summary>What defines the figures: what all share once, what differs for each.</summary>
    public static void AddFingerprints(Html html, IReadOnlyList<EvaluationResult> results)
    {
        var fields = results.Select(Fields).ToArray();
        html.Add($"<h2>What defines these figures</h2><p>Two figures may be compared when only what is studied differs.</p><div class=\"wide\"><table class=\"fp\">");
        foreach (var name in fields[0].Keys.Where(name => fields.All(other => other[name] == fields[0][name])))
        {
            html.Add($"<tr><th>{name}</th><td>{fields[0][name]}</td></tr>");
        }

        html.Add($"</table></div><div class=\"wide\"><table class=\"fp\">");
        string[] different = [.. fields[0].Keys.Where(name => fields.Any(other => other[name] != fields[0][name]))];
        html.Add($"<tr><th></th>{new Html.Raw(string.Concat(different.Append("fingerprint").Select(name => $"<th>{Html.Encode(name)}</th>")))}</tr>");
        foreach (var (result, field) in results.Zip(fields))
        {
            var cells = string.Concat(different.Select(name => $"<td>{Html.Encode(field[name])}</td>"));
            html.Add($"<tr><th>{Label(result, results)}</th>{new Html.Raw(cells)}<td><code>{result.Fingerprint.Sha256()}</code></td></tr>");
        }

        html.Add($"</table></div>");
    }

    /// <summary>Results of the first kind of query, of which the page speaks first, before those of others.</summary>
    public static IEnumerable<EvaluationResult> FirstKindFirst(IReadOnlyList<EvaluationResult> results) => results.OrderBy(result => result.Query == results[0].Query ? 0 : 1);

    /// <summary>A number with the sign that is as wide as a plus.</summary>
    public static string Signed(FormattableString text) => FormattableString.Invariant(text).Replace('-', '−');

    /// <summary>Sentences with the variants that share them.</summary>
    private static IEnumerable<(string[] Variants, string[] Sentences)> Shared(IReadOnlyList<EvaluationResult> results, Func<EvaluationResult, IEnumerable<string>> of) => results
        .GroupBy(result => result.Variant.Name)
        .Select(variant => (variant.Key, Sentences: variant.SelectMany(of).Distinct().ToArray()))
        .GroupBy(pair => string.Join('\n', pair.Sentences))
        .Select(group => (group.Select(pair => pair.Key).ToArray(), group.First().Sentences));

    private static string Listed(string[] names) =>
        names.Length == 1 ? $"“{names[0]}”" : $"{string.Join(", ", names[..^1].Select(name => $"“{name}”"))} and “{names[^1]}”";

    private static Dictionary<string, string> Fields(EvaluationResult result)
    {
        using var json = JsonDocument.Parse(result.Fingerprint.ToCanonicalJson());
        var fields = json.RootElement.EnumerateObject().ToDictionary(field => field.Name.Replace('_', ' '), field => field.Value.ToString());
        fields["coverage"] = result.Coverage.Describe();
        fields["intervals"] = FormattableString.Invariant(
            $"percentile bootstrap, {result.Bootstrap.Resamples} draws of {(result.Bootstrap.Unit == ResamplingUnit.Target ? "targets with their queries" : "queries")}, level {result.Bootstrap.Level}, seed {result.Bootstrap.Seed}");
        return fields;
    }

    private static void AddNote(Html html, string title, IReadOnlyList<string> sentences)
    {
        if (sentences.Count > 0)
        {
            html.Add($"<div class=\"note\"><b>{title}</b><ul>{new Html.Raw(string.Concat(sentences.Select(sentence => $"<li>{Html.Encode(sentence)}</li>")))}</ul></div>");
        }
    }

    private static void AddPanel(Html html, EvaluationResult result, IReadOnlyList<EvaluationResult> all, bool isMain)
    {
        html.Add($"<div class=\"panel{(isMain ? " main" : "")}\"><h3>{Label(result, all)}</h3>");
        foreach (var (name, value) in result.Report.Metrics.Take(PanelMetrics))
        {
            var interval = result.Intervals.TryGetValue(name, out var known) ? known : new MetricInterval(value, value, value);
            html.Add($"<div class=\"bar\"><span>{name}</span><i style=\"--w:{value:F1}%;--from:{interval.Low:F1}%;--to:{interval.High:F1}%\"></i><b>{value:F1} %</b></div>");
        }

        html.Add($"</div>");
    }

    private static void AddRow(Html html, EvaluationResult result, IReadOnlyList<EvaluationResult> all, string[] names)
    {
        html.Add($"<tr><th>{Label(result, all)}</th>");
        foreach (var name in names)
        {
            if (result.Report.Metrics.TryGetValue(name, out var value))
            {
                html.Add($"<td><b>{value:F2}</b>{Range(result.Intervals.TryGetValue(name, out var interval) ? interval : null)}</td>");
            }
            else
            {
                html.Add($"<td>–</td>");
            }
        }

        if (all.Count > 1)
        {
            html.Add($"<td>{Difference(result, all[0])}</td>");
        }

        html.Add($"</tr>");
    }

    private static Html.Raw Range(MetricInterval? interval) => new(
        interval is { } known ? Signed($"<small>{known.Low:F1} – {known.High:F1}</small>") : "");

    private static Html.Raw Difference(EvaluationResult result, EvaluationResult first)
    {
        var isComparable = result != first && result.Fingerprint.DataSha256 == first.Fingerprint.DataSha256 && result.Coverage.QueriesScored == first.Coverage.QueriesScored;
        return isComparable && Bootstrap.Differences(result, first, result.Bootstrap).TryGetValue(first.Report.PrimaryMetric, out var difference)
            ? new Html.Raw(FormattableString.Invariant($"<b>{difference.Value:+0.00;−0.00;0.00}</b>{Range(difference).Text}"))
            : new Html.Raw("–");
    }
}
