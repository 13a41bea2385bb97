using System.Globalization;
using System.Text;

namespace QuickStart;

/// <summary>Draws a loss curve as inline SVG.</summary>
internal static class LossChart
{
    private const int Width = 480;
    private const int Height = 150;
    private const int Points = 120;

    /// <summary>The means of equal parts of a run.</summary>
    public static string Draw(IReadOnlyList<double> losses)
    {
        if (losses.Count < 2)
        {
            return "<p>Trained by an earlier, interrupted run.</p>";
        }

        double[] means = [.. losses.Chunk(Math.Max(1, losses.Count / Points)).Select(part => part.Average())];
        var top = means.Max() * 1.05;
        var path = new StringBuilder();
        for (var i = 0; i < means.Length; i++)
        {
            var (x, y) = (40 + ((Width - 50) * (double)i / Math.Max(1, means.Length - 1)), 10 + ((Height - 40) * (1 - (means[i] / top))));
            path.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{x:F1} {y:F1}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"""
            <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="loss by step">
              <path d="M40 10V{Height - 30}H{Width - 10}" fill="none" stroke="var(--line)"/>
              <path d="{path}" fill="none" stroke="var(--accent)" stroke-width="2" stroke-linejoin="round"/>
              <g fill="var(--soft)" font-size="12"><text x="34" y="18" text-anchor="end">{top:F1}</text><text x="34" y="{Height - 30}" text-anchor="end">0</text>
              <text x="40" y="{Height - 12}">step 1</text><text x="{Width - 10}" y="{Height - 12}" text-anchor="end">step {losses.Count}</text></g>
            </svg>
            """);
    }
}
