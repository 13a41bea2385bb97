using System.Text.Json.Nodes;
using CoVR.Cli.Commands.Doctor;
using CoVR.Cli.Hosting;
using CoVR.Cli.Tests.Made;
using CoVR.Modeling.Families;

namespace CoVR.Cli.Tests.Commands.Doctor;

/// <summary><c>covr doctor --precision</c>.</summary>
[Collection("torch")]
public sealed class PrecisionTests : IDisposable
{
    private static readonly string[] Model = ["--model", "tiny-blip", "--checkpoint", "tiny", "--no-machine"];

    private readonly CommandRun _run = new();

    public PrecisionTests()
    {
        TinyModel.WriteTo(_run);
        foreach (var (name, number) in new[] { ("a", 1), ("b", 2), ("c", 3), ("d", 4) })
        {
            TinyMedia.Picture(_run["photos", $"{name}.png"], number);
        }
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Doctor_PrecisionOfAFolder_ComparesEveryPrecisionWithFloat32()
    {
        var report = JsonNode.Parse(await _run.SucceedAsync(["doctor", "--precision", "3", "--media", "photos", "--json", .. Model]))!;

        var results = report["precisions"]!.AsArray();
        Assert.Equal(["float32", "b-float16", "int8"], results.Select(result => result!["precision"]!.GetValue<string>()));
        Assert.All(results, result => Assert.Equal(3, result!["items"]!.GetValue<int>()));
        Assert.Equal(1, results[0]!["lowestCosine"]!.GetValue<double>(), 1e-6);
        Assert.Equal(1, results[0]!["firstTen"]!.GetValue<double>());
        Assert.All(results, result => Assert.Null(result!["recallAt1"]));
    }

    [Fact]
    public async Task Doctor_PrecisionOfADataSet_ShowsTheRecallAndWritesThePage()
    {
        await File.WriteAllLinesAsync(_run["test.csv"], ["pth1,pth2,txt1,txt2,edit", "a,b,a circle,a square,make it a square", "b,c,a square,a star,a star"], TestContext.Current.CancellationToken);

        var output = await _run.SucceedAsync(["doctor", "--precision", "--data", "webvid-covr", "--annotations", "test.csv", "--media", "photos", .. Model]);

        Assert.Matches(@"float32 +1\.00000 +1\.00000 +100\.0 % +\d+\.\d %", output);
        Assert.Contains("What precisions change", await File.ReadAllTextAsync(_run["covr-doctor", "doctor.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--precision needs --media FOLDER", "--precision")]
    [InlineData("there is no folder nowhere", "--precision", "--media", "nowhere")]
    [InlineData("at least 2 items", "--precision", "1", "--media", "photos")]
    [InlineData("--model needs --precision", "--model", "tiny-blip")]
    [InlineData("there is no model 'tyni'", "--precision", "--media", "photos", "--model", "tyni")]
    public async Task Doctor_PrecisionWithBadArguments_SaysWhatIsMissing(string complaint, params string[] arguments)
    {
        var code = await _run.RunAsync(["doctor", "--no-machine", .. arguments]);

        Assert.NotEqual(ExitCodes.Done, code);
        Assert.Contains(complaint, _run.Error + _run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_TurnedVectorsAndSwappedAnswers_MeasuresBoth()
    {
        MediaId[] ids = [new("a"), new("b"), new("c")];
        var exact = Sample([[1, 0], [0, 1], [1, 0]], [[ids[1], ids[2]], [ids[0], ids[2]]], [ids[1], ids[2]]);
        var own = Sample([[1, 0], [0, 1], [0.6f, 0.8f]], [[ids[1], ids[0]], [ids[2], ids[0]]], [ids[1], ids[2]]);

        var result = PrecisionResult.Of(ModelPrecision.Int8, exact, own);

        Assert.Equal((3, 0.6, 1.0), (result.Items, Math.Round(result.LowestCosine, 6), result.MedianCosine));
        Assert.Equal(0.75, result.FirstTen);
        Assert.Equal(1.0, result.RecallAt1);
        Assert.Equal(0.5, PrecisionResult.Of(ModelPrecision.Float32, exact, exact).RecallAt1);

        PrecisionSample Sample(float[][] vectors, IReadOnlyList<IReadOnlyList<MediaId>> rankings, IReadOnlyList<MediaId> targets) =>
            new(ids.Zip(vectors).ToDictionary(pair => pair.First, pair => new EmbeddingSet(pair.Second, 1, 2)), rankings, targets, TimeSpan.FromSeconds(3));
    }
}
