using CoVR.Data;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Media.Sampling;
using CoVR.Modeling.Families;
using CoVR.Reproduction.Benchmarks;
using CoVR.Reproduction.Configuration;
using CoVR.Retrieval;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>The plan of <c>covr test</c>, read once from the configuration.</summary>
/// <param name="Presets">The rules to score by, in their order.</param>
/// <param name="Tests">The benchmarks, in their order.</param>
internal sealed record TestPlan(IReadOnlyList<EvaluationVariant> Presets, IReadOnlyList<PlannedTest> Tests)
{
    /// <summary>Reads the group <c>test</c> and the presets; no data set is opened.</summary>
    /// <exception cref="ConfigurationException">A value does not fit the model or is unknown.</exception>
    public static TestPlan Read(ComposedConfiguration config, ILoggerFactory loggers, QueryFusion? fusion) =>
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

    private static readonly Dictionary<string, DatasetSplit> Splits = new(StringComparer.Ordinal)
    {
        ["test"] = DatasetSplit.Test,
        ["val"] = DatasetSplit.Validation,
    };

    private static readonly string[] Poolings = ["query", "mean", "middle"];

    private readonly DataSection _data = new(config, loggers);

    /// <summary>The tests.</summary>
    /// <param name="fusion">How the model makes queries; late fusion has a test of its own.</param>
    /// <exception cref="ConfigurationException">A value does not fit, or there is no test.</exception>
    public IReadOnlyList<PlannedTest> Read(QueryFusion? fusion)
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
        return new PlannedTest("fashioniq", benchmark, QueryKind.Composed, _data.Test(section, DatasetSplit.Test).Folders[0], Frames(section), Pooling(section));
    }

    private PlannedTest Single(string name, QueryFusion? fusion)
    {
        var section = $"test.{name}";
        var query = ConfigTarget.Of(config, $"{section}.test", Queries);
        if (config.Text($"{section}.test._target_").EndsWith(LateFusion, StringComparison.Ordinal) && fusion != QueryFusion.Late)
        {
            throw config.Fault($"{section}.test._target_", $"'{section}' asks a model with late fusion: model=blip-large_late-fusion or model=blip2-coco_late-fusion.");
        }

        var split = config.OneOf($"{section}.split", Splits, "test");
        var data = _data.Test(section, split);
        var title = config.Text($"{section}.dataname");
        return new PlannedTest(title, new Benchmark(title, new BenchmarkPart(title, data.Reader, Protocol(section, data), split)), query, data.Folders[0], Frames(section), Pooling(section));
    }

    private IRetrievalProtocol Protocol(string section, RunData data) => data.Protocol is WebVidCoVRProtocol videos
        ? new WebVidCoVRProtocol(iterate: videos.Iterate) { PublishedRulesWeighFrames = PoolingName(section) == "query" }
        : data.Protocol;

    /// <summary>The frames of a reference that a section selects.</summary>
    private IFrameSampler Frames(string section) => config.OneOf<Func<int, IFrameSampler>>(
        $"{section}.vid_query_method",
        new Dictionary<string, Func<int, IFrameSampler>>
        {
            ["middle"] = _ => FrameSamplers.Middle,
            ["random"] = _ => FrameSamplers.Random(config.Whole("seed", 1234)),
            ["sample"] = frames => FrameSamplers.UniformSegments(frames),
        },
        "middle")(config.Whole($"{section}.vid_frames", 1));

    // With "query" the published rules weight frames by the answered text; leak-free rules average them.
    private IFramePooling Pooling(string section) => PoolingName(section) == "middle" ? FramePoolings.Middle : FramePoolings.Mean;

    private string PoolingName(string section) => config.OneOf($"{section}.emb_pool", Poolings.ToDictionary(name => name), "query");
}
