using System.Diagnostics;
using CoVR.Media;
using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>What <c>dotnet new</c> makes of the templates builds without warnings and runs.</summary>
public sealed class TemplateTests(InstalledTemplates templates) : IClassFixture<InstalledTemplates>
{
    [Fact]
    public async Task Console_WithASmallModel_SearchesAFolder()
    {
        var folder = await templates.CreateAsync("search", "", "covr-console", "--small");
        Pictures(Path.Combine(folder, "photos"));

        var run = (await CommandResult.RunAsync("dotnet", [Path.Combine(folder, "out", "search.dll"), "photos", "a red picture", "photos/blue.png"], folder)).Succeeded("the console application");

        Assert.Equal(3, run.Output.Split('\n').Count(line => line.EndsWith(".png", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("covr-console")]
    [InlineData("covr-web")]
    public async Task Program_WithReleasedWeights_BuildsWithoutTheSmallModel(string template)
    {
        var folder = await templates.CreateAsync($"released-{template}", "", template);

        Assert.False(File.Exists(Path.Combine(folder, "SmallModel.cs")));
        Assert.Contains("\"webvid-covr\"", await File.ReadAllTextAsync(Path.Combine(folder, "Program.cs"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Web_WithASmallModel_ServesItsPage()
    {
        var folder = await templates.CreateAsync("gallery", "", "covr-web", "--small");
        Pictures(Path.Combine(folder, "photos"));
        using var host = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(folder, "out", "gallery.dll"), "--folder", "photos", "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var address = await AddressAsync(host.StandardOutput);
            using var client = new HttpClient();
            var page = await client.GetStringAsync(new Uri($"{address}/covr/"), TestContext.Current.CancellationToken);
            Assert.Contains("<html", page, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            host.Kill(entireProcessTree: true);
            await host.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("backbone")]
    [InlineData("loss")]
    public async Task Plugin_OfAKind_PassesItsConformanceTests(string kind)
    {
        var folder = await templates.CreateAsync($"My{kind}", Path.Combine("tests", $"My{kind}.Tests"), "covr-plugin", "--kind", kind);

        var run = (await CommandResult.RunAsync("dotnet", [Path.Combine(folder, "out", $"My{kind}.Tests.dll")], folder)).Succeeded("the plug-in's tests");

        Assert.Matches("succeeded: [1-9]", run.Output);
    }

    private static async Task<string> AddressAsync(StreamReader output)
    {
        while (await output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Split("Now listening on: ") is [_, var address])
            {
                return address;
            }
        }

        throw new InvalidOperationException("The host ended before it listened.");
    }

    private static void Pictures(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, place) in new[] { ("red", 0), ("green", 1), ("blue", 2) })
        {
            var pixels = new byte[40 * 30 * 3];
            for (var at = place; at < pixels.Length; at += 3)
            {
                pixels[at] = (byte)(200 + at % 50);
            }

            MediaWriter.WritePng(Path.Combine(folder, name + ".png"), new RgbFrame(40, 30, pixels));
        }
    }
}
