using CoVR.Data;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Media.Sampling;
using CoVR.Modeling.Families;
using CoVR.Reproduction.Benchmarks;
using CoVR.Reproduction.Configuration;
using CoVR.Retrieval;
using CoVR.Training.Runs;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>The plan of <c>covr test</c>, read once from the configuration.</summary>
/// <param name="Presets">The rules to score by, in their order.</param>
/// <param name="Tests">The benchmarks, in their order.</param>
internal sealed record TestPlan(IReadOnlyList<EvaluationVariant> Presets, IReadOnlyList<PlannedTest> Tests)
{
    /// <summary>Reads the group <c>test</c> and the presets; no data set is opened.</summary>
    /// <exception cref="ConfigurationException">A value does not fit the model or is unknown.</exception>
    public static TestPlan Read(ComposedConfiguration config, ILoggerFactory loggers, QueryFusion fusion) =>
        new(RunPresets.Of(config), new TestPlanReader(config, loggers).Read(fusion));
}

/// <summary>One benchmark of a plan.</summary>
/// <param name="Name">The name of its results and their folder.</param>
/// <param name="Benchmark">The data and the rules.</param>
/// <param name="Query">The parts of queries.</param>
/// <param name="Folder">The embeddings of its candidates.</param>
/// <param name="Frames">Which frames of a reference are looked at.</param>
/// <param name="Pooling">How the frames of a candidate are pooled if the rules leave it open.</param>
internal sealed record PlannedTest(string Name, Benchmark Benchmark, QueryKind Query, SplitEmbeddings Folder, IFrameSampler Frames, IFramePooling Pooling);

/// <summary>Reads the group <c>test</c>.</summary>
internal sealed class TestPlanReader(ComposedConfiguration config, ILoggerFactory loggers)
{
    private const string LateFusion = "TestWebVidCoVRLateFusion";

    private static readonly Dictionary<string, QueryKind> Queries = new(StringComparer.Ordinal)
    {
        ["TestWebVidCoVR"] = QueryKind.Composed,
        ["TestWebVidCoVRTextOnly"] = QueryKind.TextOnly,
        ["TestWebVidCoVRVisualOnly"] = QueryKind.ImageOnly,
        ["TestWebVidCoVRAvg"] = QueryKind.Average,
        ["TestWebVidCoVRCaptions"] = QueryKind.Captions(),
        [LateFusion] = QueryKind.Composed,
        ["TestCirr"] = QueryKind.Composed,
        ["ValCirr"] = QueryKind.Composed,
        ["TestFashionIQ"] = QueryKind.Composed,
        ["TestCirco"] = QueryKind.Composed,
    };

    private readonly DataSection _data = new(config, loggers);

    /// <summary>The tests.</summary>
    /// <param name="fusion">How the model makes queries; late fusion has a test of its own.</param>
    /// <exception cref="ConfigurationException">A value does not fit, or there is no test.</exception>
    public IReadOnlyList<PlannedTest> Read(QueryFusion fusion)
    {
        var names = config.Names("test");
        List<string> fashion = [.. names.Where(name => IsFashion(name))];
        var averaged = FashionIQOptions.Categories.Count == fashion.Count && fashion.Select(EmbeddingsOf).Distinct().Count() == 1;
        List<PlannedTest> plans = [];
        foreach (var name in names)
        {
            if (!averaged || !IsFashion(name))
            {
                plans.Add(Single(name, fusion));
            }
            else if (name == fashion[0])
            {
                plans.Add(Averaged(fashion));
            }
        }

        return plans;
    }

    private bool IsFashion(string name) => _data.KindOf($"test.{name}") == DataKind.FashionIQ;

    private string EmbeddingsOf(string name) => config.File($"test.{name}.emb_dirs");

    // FashionIQ's three categories are averaged when all are there.
    private PlannedTest Averaged(IReadOnlyList<string> names)
    {
        var sections = names.ToDictionary(name => config.Text($"test.{name}.test.category"), name => $"test.{name}");
        var benchmark = Benchmark.FashionIQ(".", ".", null, options => _data.Configure(options, sections[options.Category]), loggers);
        var section = $"test.{names[0]}";
        var values = config.Bind<TestValues>(section);
        return new PlannedTest("fashioniq", benchmark, QueryKind.Composed, _data.Test(section, DatasetSplit.Test).Folders[0], Frames(values), Pooling(values));
    }

    private PlannedTest Single(string name, QueryFusion fusion)
    {
        var section = $"test.{name}";
        var query = ConfigTarget.Of(config, $"{section}.test", Queries);
        if (config.Text($"{section}.test._target_").EndsWith(LateFusion, StringComparison.Ordinal) && fusion != QueryFusion.Late)
        {
            throw config.Fault($"{section}.test._target_", $"'{section}' asks a model with late fusion: model=blip-large_late-fusion or model=blip2-coco_late-fusion.");
        }

        var values = config.Bind<TestValues>(section);
        var data = _data.Test(section, values.Split);
        var benchmark = new Benchmark(values.Dataname, new BenchmarkPart(values.Dataname, data.Reader, Protocol(values, data), values.Split));
        return new PlannedTest(values.Dataname, benchmark, query, data.Folders[0], Frames(values), Pooling(values));
    }

    private static IRetrievalProtocol Protocol(TestValues values, RunData data) => data.Protocol is WebVidCoVRProtocol videos
        ? new WebVidCoVRProtocol(iterate: videos.Iterate) { PublishedRulesWeighFrames = values.EmbPool == TargetFramePooling.Query }
        : data.Protocol;

    private IFrameSampler Frames(TestValues values) => values.VidQueryMethod switch
    {
        QueryFrameMethod.Random => FrameSamplers.Random(RunValues.Of(config).Seed),
        QueryFrameMethod.Sample => FrameSamplers.UniformSegments(values.VidFrames),
        _ => FrameSamplers.Middle,
    };

    // With "query" the published rules weight frames by the answered text; leak-free rules average them.
    private static IFramePooling Pooling(TestValues values) => values.EmbPool == TargetFramePooling.Middle ? FramePoolings.Middle : FramePoolings.Mean;

    private sealed record TestValues(
        string Dataname, DatasetSplit Split = DatasetSplit.Test, QueryFrameMethod VidQueryMethod = QueryFrameMethod.Middle, int VidFrames = 1,
        TargetFramePooling EmbPool = TargetFramePooling.Query)
    {
        public static readonly Dictionary<string, DatasetSplit> SplitNames = new(StringComparer.Ordinal) { ["test"] = DatasetSplit.Test, ["val"] = DatasetSplit.Validation };

        public static readonly Dictionary<string, TargetFramePooling> EmbPoolNames = TrainingSettings.Poolings;
    }
}
