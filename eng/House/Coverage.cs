using System.Globalization;
using System.Xml.Linq;

namespace House;

/// <summary>Joins the Cobertura reports of several test projects: a line is covered when any of them ran it.</summary>
internal static class Coverage
{
    /// <returns>Whether there was a report.</returns>
    public static bool Write(TextWriter output, string folder)
    {
        var hits = new Dictionary<(string File, string Line), bool>();
        foreach (var report in Directory.EnumerateFiles(folder, "*.cobertura*.xml", SearchOption.AllDirectories))
        {
            Add(hits, XDocument.Load(report).Root!);
        }

        output.WriteLine(hits.Count == 0
            ? "coverage: no report"
            : string.Create(CultureInfo.InvariantCulture, $"coverage: {100.0 * hits.Values.Count(isCovered => isCovered) / hits.Count:F1} % of lines"));
        return hits.Count > 0;
    }

    private static void Add(Dictionary<(string File, string Line), bool> hits, XElement report)
    {
        var source = report.Element("sources")?.Elements("source").Select(element => element.Value).FirstOrDefault() ?? "";
        foreach (var type in report.Descendants("class"))
        {
            var file = Path.Combine(source, (string)type.Attribute("filename")!).Replace('\\', '/');
            if (!file.Contains("/src/", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var line in type.Elements("lines").Elements("line"))
            {
                var key = (file, (string)line.Attribute("number")!);
                hits[key] = hits.GetValueOrDefault(key) || (long)line.Attribute("hits")! > 0;
            }
        }
    }
}
