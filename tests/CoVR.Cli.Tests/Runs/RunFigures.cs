using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CoVR.Cli.Tests.Runs;

/// <summary>Compares what a run printed with what it wrote.</summary>
internal static class RunFigures
{
    /// <summary>
    /// Every figure of every <c>metrics.json</c> below a folder lies within 0 and 100 and stands in the printed table, as recalls of the reference's files
    /// do; no file for a server has a fault by the honest rules. Gives the number of figures.
    /// </summary>
    public static int Check(string folder, string output)
    {
        var count = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "metrics.json", SearchOption.AllDirectories))
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            var (place, parts) = (Path.GetDirectoryName(file)!, json.RootElement.GetProperty("parts").EnumerateArray().ToList());
            foreach (var part in parts)
            {
                var name = Path.GetFileName(place) + (parts.Count == 1 ? "" : $"-{part.GetProperty("part").GetString()}");
                foreach (var result in part.GetProperty("results").EnumerateArray())
                {
                    count += CheckRow(name, result, output);
                }
            }

            Assert.All(
                json.RootElement.GetProperty("submissions").EnumerateArray().Where(submission => submission.GetProperty("file").GetString()!.StartsWith("honest/", StringComparison.Ordinal)),
                submission => Assert.Empty(submission.GetProperty("faults").EnumerateArray()));
        }

        return count;
    }

    /// <summary>The recalls of a file of the reference, by their names.</summary>
    public static Dictionary<string, double> Recalls(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        return json.RootElement.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.Number).ToDictionary(entry => entry.Name, entry => entry.Value.GetDouble());
    }

    private static int CheckRow(string name, JsonElement result, string output)
    {
        var metrics = result.GetProperty("metrics").EnumerateObject().Select(metric => metric.Value.GetDouble()).ToList();
        if (metrics.Count == 0)
        {
            return 0;
        }

        Assert.All(metrics, value => Assert.InRange(value, 0, 100));
        var row = Regex.Match(output, $@"^ *{Regex.Escape(name)} +{result.GetProperty("variant").GetString()} +([0-9. ]+?) *\r?$", RegexOptions.Multiline);
        Assert.True(row.Success, $"no row {name} in:\n{output}");
        Assert.Equal(metrics.Select(value => value.ToString("F2", CultureInfo.InvariantCulture)), row.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return metrics.Count;
    }
}
