using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>The sample with a backbone of one's own, a few steps of it.</summary>
public sealed class CustomBackboneTests
{
    [Fact]
    public async Task Run_Quick_TrainsSavesLoadsAndScores()
    {
        using var folder = new TemporaryFolder();

        var run = (await CommandResult.RunAsync("dotnet", [SampleProgram.Of("03-CustomBackbone"), "--quick", folder["out"]], folder.FullName)).Succeeded("the sample");

        Assert.Matches(@"captions: step 20 of 20, loss \d", run.Output);
        Assert.Matches(@"edits: step 10 of 10, loss \d", run.Output);
        Assert.All(new[] { "composed", "text-only", "image-only" }, kind => Assert.Matches($@"{kind} +R@1 +\d+\.\d\d", run.Output));
    }
}
