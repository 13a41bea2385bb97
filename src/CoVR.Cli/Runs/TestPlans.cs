using CoVR.Cli.Configuration;
using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Modeling;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>Reads the tests of a configuration (the group <c>test</c>), in their order.</summary>
/// <param name="config">The configuration.</param>
/// <param name="loggers">Told what readers find.</param>
internal sealed class TestPlans(ComposedConfiguration config, ILoggerFactory loggers)
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
    public IReadOnlyList<TestPlan> Read(QueryFusion? fusion)
    {
        var names = config.Names("test");
        List<string> fashion = [.. names.Where(name => IsFashion(name))];
        var averaged = FashionIQOptions.Categories.Count == fashion.Count && fashion.Select(EmbeddingsOf).Distinct().Count() == 1;
        List<TestPlan> plans = [];
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
    private TestPlan Averaged(IReadOnlyList<string> names)
    {
        var sections = names.ToDictionary(name => config.Text($"test.{name}.test.category"), name => $"test.{name}");
        var benchmark = Benchmark.FashionIQ(".", ".", null, options => _data.Configure(options, sections[options.Category]), loggers);
        var section = $"test.{names[0]}";
        return new TestPlan("fashioniq", benchmark, QueryKind.Composed, _data.Test(section, DatasetSplit.Test).Folders[0], Frames(section), Pooling(section));
    }

    private TestPlan Single(string name, QueryFusion? fusion)
    {
        var section = $"test.{name}";
        var kind = _data.KindOf(section);
        var query = ConfigTarget.Of(config, $"{section}.test", Queries);
        if (config.Text($"{section}.test._target_").EndsWith(LateFusion, StringComparison.Ordinal) && fusion != QueryFusion.Late)
        {
            throw config.Fault($"{section}.test._target_", $"'{section}' asks a model with late fusion: model=blip-large_late-fusion or model=blip2-coco_late-fusion.");
        }

        var split = config.OneOf($"{section}.split", Splits, "test");
        var data = _data.Test(section, split);
        var title = config.Text($"{section}.dataname");
        return new TestPlan(title, new Benchmark(title, new BenchmarkPart(title, data.Reader, Protocol(section, kind), split)), query, data.Folders[0], Frames(section), Pooling(section));
    }

    private IRetrievalProtocol Protocol(string section, DataKind kind) => kind switch
    {
        DataKind.Cirr => new CirrProtocol(),
        DataKind.Circo => new CircoProtocol(),
        DataKind.FashionIQ => new FashionIQProtocol(config.Text($"{section}.test.category")),
        _ when PoolingName(section) == "query" => new WebVidCoVRProtocol(iterate: _data.IterationOf(section)),
        _ => new PooledProtocol(new WebVidCoVRProtocol(iterate: _data.IterationOf(section))),
    };

    /// <summary>The frames of a reference that a section asks for.</summary>
    private IFrameSampler Frames(string section) => config.OneOf<Func<int, IFrameSampler>>(
        $"{section}.vid_query_method",
        new Dictionary<string, Func<int, IFrameSampler>>
        {
            ["middle"] = _ => FrameSamplers.Middle,
            ["random"] = _ => FrameSamplers.Random(config.Whole("seed", 1234)),
            ["sample"] = frames => FrameSamplers.UniformSegments(frames),
        },
        "middle")(config.Whole($"{section}.vid_frames", 1));

    // By "query" the papers' presets weigh frames by the answer's text; the honest one, which may not know it, takes their mean.
    private IFramePooling Pooling(string section) => PoolingName(section) == "middle" ? new MiddleFramePooling() : new MeanFramePooling();

    private string PoolingName(string section) => config.OneOf($"{section}.emb_pool", Poolings.ToDictionary(name => name), "query");
}
