using System.Globalization;
using System.Text.RegularExpressions;
using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>The sample with encoders of other people, on a folder of its own making.</summary>
public sealed class OnnxBackboneTests
{
    [Fact]
    public async Task OnnxBackbone_OnItsWorld_AnswersComposedQueriesBestWithBothParts()
    {
        using var folder = new TemporaryFolder();

        var output = (await CommandResult.RunAsync("dotnet", [SampleProgram.Of("09-OnnxBackbone"), "--quick", folder["out"]], folder.FullName)).Succeeded("09-OnnxBackbone").Output;

        var (composed, text, image) = (Figure("composed"), Figure("text-only"), Figure("image-only"));
        Assert.True(composed > Math.Max(text, image), output);

        double Figure(string kind) => double.Parse(Regex.Match(output, $@"edit\s+{kind}\s.*R@10\s+(\d+\.\d)").Groups[1].Value, CultureInfo.InvariantCulture);
    }
}
