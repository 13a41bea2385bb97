using System.Globalization;
using System.Text.RegularExpressions;
using CoVR.Media;
using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>The sample with encoders of other people, on a folder of pictures drawn here.</summary>
public sealed class OnnxBackboneTests
{
    private static readonly (string Name, byte[] Rgb)[] Colours = [("red", [220, 30, 30]), ("green", [30, 160, 40]), ("blue", [40, 60, 220]), ("yellow", [235, 220, 40]), ("purple", [140, 40, 160]), ("white", [250, 250, 250])];
    private static readonly (string Name, byte[] Rgb)[] Grounds = [("black", [15, 15, 15]), ("grey", [128, 128, 128]), ("brown", [120, 80, 40])];
    private static readonly (string Name, Func<double, double, bool> Covers)[] Shapes =
    [
        ("circle", (x, y) => (x * x) + (y * y) < 0.3),
        ("square", (x, y) => Math.Max(Math.Abs(x), Math.Abs(y)) < 0.5),
        ("cross", (x, y) => Math.Min(Math.Abs(x), Math.Abs(y)) < 0.15 && Math.Max(Math.Abs(x), Math.Abs(y)) < 0.7),
        ("bar", (x, y) => Math.Abs(y) < 0.2 && Math.Abs(x) < 0.8),
        ("ring", (x, y) => (x * x) + (y * y) is > 0.2 and < 0.5),
    ];

    [Fact]
    public async Task OnnxBackbone_OnDrawnPictures_AnswersComposedQueriesBestWithBothParts()
    {
        using var folder = new TemporaryFolder();
        Draw(folder["pictures"]);

        var output = (await CommandResult.RunAsync("dotnet", [SampleProgram.Of("09-OnnxBackbone"), folder["pictures"], folder["out"], "--quick"], folder.FullName)).Succeeded("09-OnnxBackbone").Output;

        var (composed, text, image) = (Figure("composed"), Figure("text-only"), Figure("image-only"));
        Assert.True(composed > Math.Max(text, image), output);

        double Figure(string kind) => double.Parse(Regex.Match(output, $@"edit\s+{kind}\s.*R@10\s+(\d+\.\d)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static void Draw(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (shape, colour, ground) in Shapes.SelectMany(shape => Colours.SelectMany(colour => Grounds.Select(ground => (shape, colour, ground)))))
        {
            for (var copy = 0; copy < 2; copy++)
            {
                var path = Path.Combine(folder, $"{colour.Name}-{shape.Name}-{ground.Name}-{copy}");
                MediaWriter.WritePng(path + ".png", Picture(shape.Covers, colour.Rgb, ground.Rgb, 0.2 * copy));
                File.WriteAllText(path + ".txt", $"A {colour.Name} {shape.Name} on {ground.Name} ground.");
            }
        }
    }

    private static RgbFrame Picture(Func<double, double, bool> covers, byte[] colour, byte[] ground, double shift)
    {
        const int Side = 96;
        return new RgbFrame(Side, Side, Enumerable.Range(0, Side * Side)
            .SelectMany(at => covers((at % Side * 2.0 / Side) - 1 - shift, (at / Side * 2.0 / Side) - 1 + shift) ? colour : ground).ToArray());
    }
}
