using System.Globalization;
using System.Text;

namespace CoVR.Evaluation;

/// <summary>Draws curves as inline SVG.</summary>
internal static class Curves
{
    private const int Points = 120;

    /// <summary>Recall over the number of hits that are looked at, from 1 on a logarithmic axis.</summary>
    /// <param name="lines">For each line its name and recall in percent at 1, 2, 3 …</param>
    public static Html.Raw Recall(IReadOnlyList<(string Name, IReadOnlyList<double> Values)> lines)
    {
        const int width = 720;
        const int height = 300;
        var depth = lines.Max(line => line.Values.Count);
        var svg = new Html();
        svg.Add($"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"recall by cut-off\"><g fill=\"var(--soft)\" font-size=\"12\">");
        foreach (var percent in new[] { 0, 25, 50, 75, 100 })
        {
            svg.Add($"<path d=\"M46 {Y(percent):F1}H{width - 14}\" stroke=\"var(--line)\"/><text x=\"38\" y=\"{Y(percent) + 4:F1}\" text-anchor=\"end\">{percent} %</text>");
        }

        foreach (var k in new[] { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000 }.Where(k => k <= depth))
        {
            svg.Add($"<text x=\"{X(k):F1}\" y=\"{height - 14}\" text-anchor=\"middle\">{k}</text>");
        }

        svg.Add($"</g>");
        for (var line = 0; line < lines.Count; line++)
        {
            svg.Add($"<path class=\"line c{line % 8}\" d=\"{Path(lines[line].Values, (value, i) => (X(i + 1), Y(value)))}\"><title>{lines[line].Name}</title></path>");
        }

        svg.Add($"</svg>");
        return new Html.Raw(svg.ToString());

        double X(int k) => 52 + ((width - 70) * Math.Log(k) / Math.Log(Math.Max(2, depth)));
        double Y(double percent) => 14 + ((height - 54) * (1 - (percent / 100)));
    }

    /// <summary>A run of numbers, from 0.</summary>
    public static Html.Raw Run(PageChart chart)
    {
        const int width = 480;
        const int height = 150;
        double[] means = [.. chart.Values.Chunk(Math.Max(1, chart.Values.Count / Points)).Select(part => part.Average())];
        var top = Math.Max(means.Max() * 1.05, 1e-9);
        var svg = new Html();
        svg.Add($"""
            <svg viewBox="0 0 {width} {height}" role="img" aria-label="{chart.Title}">
              <path d="M40 10V{height - 30}H{width - 10}" fill="none" stroke="var(--line)"/>
              <path class="line c0" d="{Path(means, (value, i) => (40 + ((width - 50) * (double)i / Math.Max(1, means.Length - 1)), 10 + ((height - 40) * (1 - (value / top)))))}"/>
              <g fill="var(--soft)" font-size="12"><text x="34" y="18" text-anchor="end">{top:F1}</text><text x="34" y="{height - 30}" text-anchor="end">0</text>
              <text x="40" y="{height - 12}">{chart.Unit} 1</text><text x="{width - 10}" y="{height - 12}" text-anchor="end">{chart.Unit} {chart.Values.Count}</text></g>
            </svg>
            """);
        return new Html.Raw(svg.ToString());
    }

    private static string Path(IReadOnlyList<double> values, Func<double, int, (double X, double Y)> place)
    {
        var path = new StringBuilder();
        for (var i = 0; i < values.Count; i++)
        {
            var (x, y) = place(values[i], i);
            path.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{x:F1} {y:F1}");
        }

        return path.ToString();
    }
}
