using System.Text.Json;
using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>A small model learns edits from triplets that are constructed from pictures and captions; the benchmark does the same at full length.</summary>
public sealed class TeachTests
{
    [Fact]
    public async Task Run_ConstructedTriplets_TeachWhatNeitherTextNorImageAnswers()
    {
        using var folder = new TemporaryFolder();

        (await CommandResult.RunAsync("dotnet", [SampleProgram.Benchmarks, "teach", "1", folder["runs"], "3", "quick"], folder.FullName)).Succeeded("the benchmark");

        var (own, constructed) = (Read(folder["runs", "1", "world.json"]), Read(folder["runs", "1", "constructed.json"]));
        var found = $"R@10 composed, text, image: {string.Join(" ", constructed)}; by the world's own triplets {string.Join(" ", own)}";
        TestContext.Current.SendDiagnosticMessage(found);
        Assert.True(constructed[0] >= 0.7 * own[0], found);
        Assert.True(constructed[0] >= 1.5 * Math.Max(constructed[1], constructed[2]), found);
    }

    private static double[] Read(string file) => JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("AtTen").Deserialize<double[]>()!;
}
