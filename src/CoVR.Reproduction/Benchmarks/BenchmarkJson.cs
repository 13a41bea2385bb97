using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CoVR.Evaluation;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>The figures of a run as one JSON document, <c>metrics.json</c>; its schema is in <c>docs/evaluation.md</c>.</summary>
/// <remarks>Equal results give equal bytes: nothing depends on time or machine.</remarks>
internal static class BenchmarkJson
{
    private const string Schema = "covr.benchmark/1";

    public static string Serialize(BenchmarkResult result)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            json.WriteString("benchmark", result.Benchmark);
            WriteList(json, "averages", result.Averages, WriteAverage);
            WriteList(json, "parts", result.Parts, WritePart);
            WriteList(json, "submissions", result.Submissions, WriteSubmission);
            WriteList(json, "files", result.Files, (writer, file) => writer.WriteStringValue(file));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void WriteAverage(Utf8JsonWriter json, BenchmarkAverage average)
    {
        json.WriteStartObject();
        json.WriteString("variant", average.Variant.Name);
        json.WriteString("query", average.Query.Name);
        json.WriteString("primary_metric", average.Report.PrimaryMetric);
        json.WriteStartObject("metrics");
        foreach (var (name, value) in average.Report.Metrics)
        {
            json.WriteNumber(name, value);
        }

        json.WriteEndObject();
        json.WriteStartObject("intervals");
        foreach (var (name, interval) in average.Intervals)
        {
            json.WriteStartArray(name);
            json.WriteNumberValue(interval.Low);
            json.WriteNumberValue(interval.High);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter json, BenchmarkPartResult part)
    {
        json.WriteStartObject();
        json.WriteString("part", part.Part.Name);
        WriteList(json, "missing", [.. part.Gallery.Missing], (writer, item) =>
        {
            writer.WriteStartObject();
            writer.WriteString("id", item.Key.Value);
            writer.WriteString("reason", item.Value);
            writer.WriteEndObject();
        });
        using var results = JsonDocument.Parse(EvaluationResult.ToJson(part.Results));
        json.WritePropertyName("results");
        results.RootElement.GetProperty("results").WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteSubmission(Utf8JsonWriter json, SubmissionReport submission)
    {
        json.WriteStartObject();
        json.WriteString("file", submission.File);
        WriteList(json, "faults", submission.Faults, (writer, fault) => writer.WriteStringValue(fault));
        json.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }
}
