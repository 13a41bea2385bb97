namespace CoVR.Cli.Pages;

/// <summary>A run of numbers from 0, averaged in equal parts.</summary>
internal sealed class RunChart
{
    // The view box in evaluation.liquid.
    private const int Width = 480;
    private const int Height = 150;
    private const int Points = 120;

    public RunChart(PageChart chart)
    {
        (Title, Unit, Count) = (chart.Title, chart.Unit, chart.Values.Count);
        if (Count < 2)
        {
            return;
        }

        double[] means = [.. chart.Values.Chunk(Math.Max(1, Count / Points)).Select(part => part.Average())];
        var top = Math.Max(means.Max() * 1.05, 1e-9);
        Top = Svg.Number(top);
        Path = Svg.Path(means, (value, i) => (40 + ((Width - 50) * (double)i / Math.Max(1, means.Length - 1)), 10 + ((Height - 40) * (1 - (value / top)))));
    }

    public string Title { get; }

    public string Unit { get; }

    public int Count { get; }

    public string? Top { get; }

    /// <summary>Null where there are not two numbers.</summary>
    public string? Path { get; }
}
