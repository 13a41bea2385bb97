using System.Text.Json;
using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>The demonstration at toy size: it runs from an empty folder to a page, and what it learns is more than chance.</summary>
public sealed class DemoTests(InstalledTool tool) : IClassFixture<InstalledTool>
{
    private const double ChanceAtTen = 100.0 * 10 / 500;

    [Fact]
    public async Task Run_Quick_WritesPageAndMetricsAndBeatsChance()
    {
        using var folder = new TemporaryFolder();

        var run = (await tool.RunAsync("demo", "--quick", "--seed", "5", "--output", folder["out"])).Succeeded("covr demo");

        var metrics = JsonDocument.Parse(await File.ReadAllBytesAsync(folder["out", "metrics.json"], TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(5, metrics.GetProperty("seed").GetInt32());
        Assert.True(metrics.GetProperty("gallery").GetInt32() >= 500);
        Assert.True(metrics.GetProperty("seconds").GetDouble() > 0);
        Assert.InRange(metrics.GetProperty("waiting-for-data").GetDouble(), 0, 1);
        foreach (var kind in new[] { "composed", "text-only", "image-only" })
        {
            var values = metrics.GetProperty(kind);
            Assert.InRange(values.GetProperty("R@1").GetDouble(), 0, values.GetProperty("R@5").GetDouble());
            Assert.InRange(values.GetProperty("R@5").GetDouble(), 0, values.GetProperty("R@10").GetDouble());
        }

        Assert.True(metrics.GetProperty("composed").GetProperty("R@10").GetDouble() > ChanceAtTen, run.Output);
        var page = await File.ReadAllTextAsync(folder["out", "index.html"], TestContext.Current.CancellationToken);
        Assert.Contains("data:image/png;base64,", page, StringComparison.Ordinal);
        Assert.Contains("class=\"pic clip p", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.Contains(folder["out", "metrics.json"], run.Output, StringComparison.Ordinal);
        Assert.Contains(folder["out", "index.html"], run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UnknownArgument_SaysHowToCallIt()
    {
        var run = await tool.RunAsync("demo", "--sead", "5");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--seed", run.Output, StringComparison.Ordinal);
    }
}
