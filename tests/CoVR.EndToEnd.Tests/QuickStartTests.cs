using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>The library on one page: the first sample runs to its answers.</summary>
public sealed class QuickStartTests
{
    [Fact]
    public async Task Run_InAnEmptyFolder_TrainsEmbedsAndAnswers()
    {
        using var folder = new TemporaryFolder();

        var run = (await CommandResult.RunAsync("dotnet", [SampleProgram.Of("01-QuickStart"), folder["out"]], folder.FullName)).Succeeded("the quick start");

        Assert.Contains("embedded ", run.Output, StringComparison.Ordinal);
        Assert.Equal(3, run.Output.Split('\n').Count(line => line.StartsWith("  1. ", StringComparison.Ordinal)));
    }
}
