using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CoVR.Evaluation;

/// <summary>The figures of a run as one JSON document; its schema is in <c>docs/evaluation.md</c>.</summary>
/// <remarks>Keys and their order are stable, numbers are culture-invariant, and nothing depends on time or machine: equal results give equal bytes.</remarks>
internal static class EvaluationJson
{
    /// <summary>The value of the key <c>schema</c>; changes when a key is removed or changes its meaning.</summary>
    public const string Schema = "covr.evaluation/1";

    /// <summary>Indented JSON that ends with a line break.</summary>
    public static string Serialize(IReadOnlyList<EvaluationResult> results)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            json.WriteStartArray("results");
            foreach (var result in results)
            {
                Write(json, result);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, EvaluationResult result)
    {
        json.WriteStartObject();
        json.WriteString("variant", result.Variant.Name);
        json.WriteString("query", result.Query.Name);
        json.WriteString("primary_metric", result.Report.PrimaryMetric);
        json.WriteNumber("queries", result.Report.Queries);
        json.WriteNumber("gallery", result.Report.Gallery);
        WriteMetrics(json, result);
        WriteCoverage(json, result.Coverage);
        json.WriteString("fingerprint_sha256", result.Fingerprint.Sha256());
        json.WritePropertyName("fingerprint");
        json.WriteRawValue(result.Fingerprint.ToCanonicalJson());
        WriteTexts(json, "leaks", result.Leaks);
        WriteTexts(json, "deviations", result.Deviations);
        json.WriteEndObject();
    }

    private static void WriteMetrics(Utf8JsonWriter json, EvaluationResult result)
    {
        json.WriteStartObject("metrics");
        foreach (var (name, value) in result.Report.Metrics)
        {
            json.WritePropertyName(name);
            WriteNumber(json, value);
        }

        json.WriteEndObject();
        json.WriteStartObject("intervals");
        json.WriteString("method", "percentile bootstrap");
        json.WriteNumber("level", result.Bootstrap.Level);
        json.WriteNumber("resamples", result.Bootstrap.Resamples);
        json.WriteNumber("seed", result.Bootstrap.Seed);
        json.WriteString("unit", result.Bootstrap.DrawsQueries ? "query" : "target");
        json.WriteStartObject("metrics");
        foreach (var (name, interval) in result.Intervals)
        {
            json.WriteStartArray(name);
            WriteNumber(json, interval.Low);
            WriteNumber(json, interval.High);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteCoverage(Utf8JsonWriter json, EvaluationResult.EvaluationCoverage coverage)
    {
        json.WriteStartObject("coverage");
        json.WriteNumber("queries_scored", coverage.QueriesScored);
        json.WriteNumber("queries", coverage.Queries);
        json.WriteNumber("targets_present", coverage.TargetsPresent);
        json.WriteNumber("targets", coverage.Targets);
        json.WriteNumber("candidates_present", coverage.CandidatesPresent);
        json.WriteNumber("candidates", coverage.Candidates);
        WriteTexts(json, "missing", coverage.Missing);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, texts);
    }

    /// <summary>JSON knows no NaN: null.</summary>
    private static void WriteNumber(Utf8JsonWriter json, double value) => JsonSerializer.Serialize(json, double.IsFinite(value) ? value : (double?)null);
}
