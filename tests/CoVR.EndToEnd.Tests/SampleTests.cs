using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>The samples that replace a part or train one, run as programs.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task CustomLossTerm_Run_ReportsBothTermsAndLowersTheLoss()
    {
        using var folder = new TemporaryFolder();

        var output = await RunAsync("04-CustomLossTerm", folder);

        var alignment = Figures(output, @"alignment (\d\.\d+)");
        Assert.Equal(3, alignment.Count);
        Assert.True(alignment[^1] < alignment[0], output);
        Assert.Equal(3, Figures(output, @"si_ti (\d+\.\d+)").Count);
    }

    [Fact]
    public async Task CustomDataset_Run_ReadsOwnLayoutAndEvaluates()
    {
        using var folder = new TemporaryFolder();

        var output = await RunAsync("05-CustomDataset", folder);

        Assert.Matches(@"30 triplets, \d+ candidates", output);
        Assert.Single(Figures(output, @"R@10 +(\d+\.\d+)"));
    }

    [Fact]
    public async Task CustomDataset_BrokenLine_NamesFileAndLine()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["triplets.jsonl"], ["""{"reference": "a.png", "edit": "make it red", "target": "b.png"}""", """{"reference": "a.png"}"""]);
        Directory.CreateDirectory(folder["media"]);

        var run = await CommandResult.RunAsync("dotnet", [SampleProgram.Of("05-CustomDataset"), folder.FullName], folder.FullName);

        Assert.Contains("triplets.jsonl, line 2: 'reference', 'edit' and 'target' are needed.", run.Output);
    }

    [Fact]
    public async Task FineTune_RunTwice_ImprovesThenResumes()
    {
        using var folder = new TemporaryFolder();

        var first = await RunAsync("06-FineTune", folder);
        var second = await RunAsync("06-FineTune", folder);

        Assert.Contains("trained 150 steps", first);
        Assert.True(Figures(first, @"after (\d+\.\d)")[0] > Figures(first, @"before (\d+\.\d)")[0], first);
        Assert.Contains("resumed at step 150, now 150", second);
        Assert.Equal(Figures(first, @"after (\d+\.\d)"), Figures(second, @"after (\d+\.\d)"));
    }

    private static async Task<string> RunAsync(string sample, TemporaryFolder folder) =>
        (await CommandResult.RunAsync("dotnet", [SampleProgram.Of(sample), folder["out"]], folder.FullName)).Succeeded(sample).Output;

    private static List<double> Figures(string text, string pattern) =>
        [.. System.Text.RegularExpressions.Regex.Matches(text, pattern).Select(match => double.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))];
}
