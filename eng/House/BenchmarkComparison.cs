using System.Globalization;
using System.Text.Json;

namespace House;

/// <summary>Compares the ratios of two folders of benchmark results.</summary>
internal static class BenchmarkComparison
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Prints the ratio of every case against its baseline, before and after.</summary>
    /// <returns>0 if none became worse by more than its spread (a standard deviation of both ratios together), 1 if one did, 2 if there is nothing to compare.</returns>
    public static int Write(TextWriter output, string before, string after)
    {
        var (old, now) = (Read(before), Read(after));
        var compared = now.Where(ratio => old.ContainsKey(ratio.Key)).OrderBy(ratio => ratio.Key, StringComparer.Ordinal).ToArray();
        foreach (var (key, ratio) in compared)
        {
            Line(output, $"{Verdict(old[key], ratio),-6} {old[key].Value,7:F3} ± {old[key].Spread:F3}  ->  {ratio.Value,7:F3} ± {ratio.Spread:F3}   {key}");
        }

        var worse = compared.Count(ratio => Verdict(old[ratio.Key], ratio.Value) == "WORSE");
        Line(output, $"{compared.Length} compared, {worse} worse, {now.Count - compared.Length} new, {old.Count - compared.Length} not measured again");
        return compared.Length == 0 ? 2 : worse > 0 ? 1 : 0;
    }

    private static string Verdict(Ratio old, Ratio now) =>
        Math.Sqrt((old.Spread * old.Spread) + (now.Spread * now.Spread)) is var spread && now.Value > old.Value + spread ? "WORSE" : now.Value < old.Value - spread ? "better" : "";

    private static Dictionary<string, Ratio> Read(string folder)
    {
        var ratios = new Dictionary<string, Ratio>();
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json") : [])
        {
            var suite = JsonSerializer.Deserialize<Suite>(File.ReadAllBytes(file), Json)!;
            foreach (var cases in suite.Cases.GroupBy(measured => measured.Parameters))
            {
                if (cases.FirstOrDefault(measured => measured.IsBaseline) is { } baseline)
                {
                    Add(ratios, suite.Name, baseline, cases.Where(measured => measured != baseline));
                }
            }
        }

        return ratios;
    }

    private static void Add(Dictionary<string, Ratio> ratios, string suite, Case baseline, IEnumerable<Case> others)
    {
        foreach (var measured in others)
        {
            ratios[$"{suite}.{measured.Method} {measured.Parameters}".TrimEnd()] = Ratio.Of(measured.Microseconds, baseline.Microseconds);
        }
    }

    private static void Line(TextWriter output, FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private sealed record Suite([property: System.Text.Json.Serialization.JsonPropertyName("suite")] string Name, IReadOnlyList<Case> Cases);

    private sealed record Case(string Method, string Parameters, bool IsBaseline, double[] Microseconds);

    /// <summary>Of lower quartiles, because other work on the machine only adds time, with one standard deviation of all times.</summary>
    private sealed record Ratio(double Value, double Spread)
    {
        public static Ratio Of(double[] times, double[] baseline)
        {
            var value = LowerQuartile(times) / LowerQuartile(baseline);
            return new Ratio(value, value * Math.Sqrt(Variance(times) + Variance(baseline)));
        }

        private static double LowerQuartile(double[] values) => values.Order().ElementAt((values.Length - 1) / 4);

        // Relative to the mean.
        private static double Variance(double[] values)
        {
            var mean = values.Average();
            return values.Length < 2 ? 0 : values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / (mean * mean);
        }
    }
}
