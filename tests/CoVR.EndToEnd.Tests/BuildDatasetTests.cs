using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>The sample that constructs a data set, on its made pictures and on a folder.</summary>
public sealed class BuildDatasetTests
{
    [Fact]
    public async Task Run_WithoutAFolder_WritesTheEditsOfItsWriterAndNoneOfItsFilter()
    {
        using var folder = new TemporaryFolder();

        var first = await RunAsync(folder, folder["out"]);
        var second = await RunAsync(folder, folder["out"]);

        Assert.Contains(": the side changes", first, StringComparison.Ordinal);
        Assert.Equal(7, second.Split('\n').Count(line => line.Contains(" unchanged ", StringComparison.Ordinal)));
        var rows = await File.ReadAllLinesAsync(folder["out", "dataset", "train.csv"], TestContext.Current.CancellationToken);
        Assert.Equal("txt1,txt2,sim_txt,pth1,pth2,sim_vid,edit,scores", rows[0]);
        Assert.InRange(rows.Length, 500, 100_000);
        Assert.All(rows.Skip(1), row => Assert.Matches(@"(the same with \w+|\w+ instead of \w+),\[\]$", row));
        Assert.All(rows.Skip(1), row => Assert.DoesNotMatch(@"(left|right)[^,]*,\[\]$", row));
    }

    [Fact]
    public async Task Run_WithAFolder_ReadsTheTextsBesideThePictures()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["photos"]);
        foreach (var (number, word) in new[] { "red", "blue", "green" }.Index())
        {
            await File.WriteAllTextAsync(folder["photos", $"{number}.txt"], $"A {word} ball.\n", TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(folder["photos", $"{number}.png"], [], TestContext.Current.CancellationToken);
        }

        var output = await RunAsync(folder, folder["out"], folder["photos"]);

        Assert.Matches("Mine +ran +kept 3", output);
    }

    private static async Task<string> RunAsync(TemporaryFolder folder, params string[] args) =>
        (await CommandResult.RunAsync("dotnet", [SampleProgram.Of("08-BuildDataset"), .. args], folder.FullName)).Succeeded("the sample").Output;
}
