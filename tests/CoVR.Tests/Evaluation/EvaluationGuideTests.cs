using System.Runtime.CompilerServices;
using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Reproduction.Evaluation;
using CoVR.Retrieval;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;

namespace CoVR.Tests.Evaluation;

/// <summary>Runs the example of docs/evaluation.md.</summary>
[Collection("torch")]
public sealed class EvaluationGuideTests
{
    [Fact]
    public async Task Example_OfTheGuide_RunsAsItIsPrinted()
    {
        var pipeline = await FakePipeline.WithCornersAsync();
        using var target = new TemporaryFolder();
        var gain = await ExampleAsync(new Evaluator(pipeline), CornerReader.Dataset, new CornerReader(), new RecallProtocol(), target.FullName);
        Assert.Equal(100 - 25, gain.Value); // text-only is right where the reference is black, or the target is: all others tie, and it comes first by identity
        Assert.Equal(["evaluation.json"], Directory.GetFiles(target.FullName).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Example_OfTheGuide_IsTheCodeBelow()
    {
        var guide = File.ReadAllText(Path.Combine(TestFolders.Repository, "docs", "evaluation.md"));
        var printed = guide.Split("## Step by step\n")[1].Split("```csharp\n")[1].Split("```")[0];
        var compiled = File.ReadAllText(ThisFile()).Split("// <guide>\n")[^1].Split("        // </guide>")[0];
        Assert.Equal(printed, string.Concat(compiled.Split('\n').SkipLast(1).Select(line => line.Length > 8 ? line[8..] + "\n" : "\n")));
    }

    private static string ThisFile([CallerFilePath] string path = "") => Path.Combine(TestFolders.Repository, "tests", "CoVR.Tests", "Evaluation", Path.GetFileName(path));

    private static async Task<Bootstrap.Interval> ExampleAsync(
        Evaluator evaluator, TripletDataset dataset, ITripletDatasetReader reader, IRetrievalProtocol protocol, string folder)
    {
#pragma warning disable xUnit1051 // as a reader would write it
        // <guide>
        var results = await evaluator.EvaluateAsync(dataset, reader, protocol, new EvaluationOptions
        {
            Queries = [QueryKind.Composed, QueryKind.TextOnly, QueryKind.Average],
            Variants =
            [
                EvaluationVariant.LeakFree,
                ReferencePreset.Variant,
                EvaluationVariant.LeakFree with { Name = "query-time pooling", Similarity = Similarities.QueryTimePooled() },
            ],
        });
        await File.WriteAllTextAsync(Path.Combine(folder, "evaluation.json"), EvaluationResult.ToJson(results));
        var gain = results[0].Bootstrap.Differences(results[0], results[1])["R@1"];
        // </guide>
#pragma warning restore xUnit1051
        return gain;
    }
}
