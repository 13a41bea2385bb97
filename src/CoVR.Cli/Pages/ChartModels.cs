using System.Globalization;

namespace CoVR.Cli.Pages;

/// <summary>A mark on an axis.</summary>
internal sealed record AxisMark(string Text, string X, string Y);

/// <summary>A curve as an SVG path.</summary>
internal sealed record CurvePath(string Name, string Path);

/// <summary>Recall in percent over the number of hits, from 1 on a logarithmic axis.</summary>
internal sealed class RecallChart(IReadOnlyList<(string Name, IReadOnlyList<double> Recall)> lines, string note)
{
    // The view box in evaluation.liquid.
    private const int Width = 720;
    private const int Height = 300;

    private static readonly int[] AllPercents = [0, 25, 50, 75, 100];
    private static readonly int[] AllCutOffs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    private readonly int _depth = lines.Max(line => line.Recall.Count);

    public string Note => note;

    public IReadOnlyList<AxisMark> Percents { get; } = [.. AllPercents.Select(percent => new AxisMark($"{percent}", "", Svg.Number(Y(percent))))];

    public IEnumerable<AxisMark> CutOffs => AllCutOffs.Where(k => k <= _depth).Select(k => new AxisMark($"{k}", Svg.Number(X(k)), ""));

    public IEnumerable<CurvePath> Lines => lines.Select(line => new CurvePath(line.Name, Svg.Path(line.Recall, (value, i) => (X(i + 1), Y(value)))));

    private double X(int k) => 52 + ((Width - 70) * Math.Log(k) / Math.Log(Math.Max(2, _depth)));

    private static double Y(double percent) => 14 + ((Height - 54) * (1 - (percent / 100)));
}

/// <summary>Culture-invariant numbers and paths for SVG.</summary>
internal static class Svg
{
    public static string Number(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    public static string Path(IReadOnlyList<double> values, Func<double, int, (double X, double Y)> place) =>
        string.Concat(values.Select(place).Select((point, i) => FormattableString.Invariant($"{(i == 0 ? 'M' : 'L')}{point.X:F1} {point.Y:F1}")));
}
