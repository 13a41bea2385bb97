using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using CoVR.Blip;
using CoVR.Data;
using CoVR.Datasets.Synthetic;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Modeling;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Native;
using CoVR.Modeling.Text;
using CoVR.Retrieval;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Benchmarks.Queries;

/// <summary>The world and the trained model of one run of <c>covr demo</c>, with one picture of every scene as the gallery.</summary>
internal sealed partial class QueryWorld : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IReadOnlyDictionary<MediaId, IReadOnlyDictionary<string, string>> _scenes;
    private readonly ILookup<Look, MediaId> _pictures;
    private readonly SyntheticWorld _world;
    private ReadOnlyMemory<float>[] _gallery = [];
    private HashSet<string> _words = [];

    private QueryWorld(SyntheticWorld world, ServiceProvider services, RetrievalPipeline pipeline)
    {
        (_world, _services, Pipeline, _scenes) = (world, services, pipeline, world.ReadScenes());
        _pictures = _scenes.Keys.ToLookup(id => new Look(_scenes[id]));
        Looks = [.. _pictures.Select(scene => scene.Key)];
    }

    public RetrievalPipeline Pipeline { get; }

    /// <summary>The services of the pipeline.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Reads the splits of the world.</summary>
    public required ITripletDatasetReader Reader { get; init; }

    /// <summary>Every scene, in the order of the gallery.</summary>
    public Look[] Looks { get; }

    /// <summary>Opens what <c>covr demo --seed SEED --output FOLDER</c> left in its folder.</summary>
    public static async Task<QueryWorld> OpenAsync(string folder, int seed, Action<ICoVRBuilder>? configure = null)
    {
        NativeTorch.EnsureLoaded();
        TorchSharp.torch.set_num_threads(1);
        var world = await SyntheticWorld.WriteAsync(Path.Combine(folder, "work", "world"), new SyntheticWorldOptions { Seed = seed });
        var layout = new WebVidCoVROptions();
        world.Configure(layout);
        var reader = layout.CreateReader();
        var train = await reader.ReadAsync(DatasetSplit.Train);
        var services = new ServiceCollection();
        var builder = services.AddCoVR();
        configure?.Invoke(builder);
        builder.UseBlip(options =>
        {
            options.Architecture = new BlipArchitecture
            {
                Image = ImageInput.Clip(32),
                Vision = new VisionTransformerOptions { PatchSize = 8, Width = 96, Depth = 3, Heads = 4, FeedForwardWidth = 384, DropPath = 0, ConvolutionalStem = true, SinCosPositions = true, PositionWavelength = 20, InitializerRange = 0.08, CheckpointedBlocks = 0 },
                Text = new BertOptions { VocabularySize = 0, Width = 96, Depth = 2, Heads = 4, FeedForwardWidth = 384, MaxPositions = 32, Dropout = 0, AttentionDropout = 0, InitializerRange = 0.08 },
                Dimensions = 64,
            };
            options.Text = new TextInput(TrainingLength: 24, EvaluationLimit: 24, MaxWords: 30);
            options.Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words(train)];
            options.Checkpoint = Path.Combine(folder, "work", "composition.safetensors");
        });
        var provider = services.BuildServiceProvider();
        var opened = new QueryWorld(world, provider, await provider.GetRequiredService<Evaluator>().GetPipelineAsync()) { Reader = reader };

        opened._words = [.. Words(train)];
        opened._gallery = [.. (await opened.Pipeline.EmbedItemsAsync([.. opened.Looks.Select(opened.Shown)])).Select(item => opened.Pipeline.Pooling.Pool(item).Values)];
        return opened;
    }

    /// <summary>A text without the words that the vocabulary lacks.</summary>
    public string KnownWords(string text) => string.Join(' ', Word().Matches(text).Select(match => match.Value).Where(_words.Contains));

    /// <summary>The scenes that a split alone shows.</summary>
    public Look[] Unseen(string split) => [.. Targets(split).Select(id => new Look(_scenes[id]))];

    /// <summary>What the gallery shows of a scene: a picture or clip of the test split where there is one, then of validation, then of training.</summary>
    public MediaSource Shown(Look look) => MediaSource.FromFile(PathOf(_pictures[look].MinBy(id => id.Value[..2] switch { "te" => 0, "va" => 1, _ => 2 })));

    /// <summary>A training picture of a scene; null where training has none.</summary>
    public MediaSource? Reference(Look look, Random random)
    {
        MediaId[] ids = [.. _pictures[look].Where(id => id.Value.StartsWith("train/", StringComparison.Ordinal) && PathOf(id).EndsWith(".png", StringComparison.Ordinal))];
        return ids.Length == 0 ? null : MediaSource.FromFile(PathOf(ids[random.Next(ids.Length)]));
    }

    /// <summary>The one-based rank of the best right answer.</summary>
    public int RankOf(EmbeddingSet query, Func<Look, bool> isRight)
    {
        var scores = _gallery.Select(item => TensorPrimitives.Dot(item.Span, query.Values.Span)).ToArray();
        var best = Enumerable.Range(0, scores.Length).Where(i => isRight(Looks[i])).Max(i => scores[i]);
        return 1 + scores.Count(score => score > best);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private IEnumerable<MediaId> Targets(string split) => File.ReadLines(Path.Combine(_world.Folder, $"{split}.csv")).Skip(1).Select(line => TargetOf().Match(line)).Where(match => match.Success).Select(match => new MediaId(match.Groups["target"].Value)).Distinct();

    private string PathOf(MediaId id) => Path.Combine(_world.MediaFolder, id.Value) is var path && File.Exists(path + ".png") ? path + ".png" : path + ".mp4";

    // As the quick start makes its vocabulary.
    private static IEnumerable<string> Words(TripletDataset train)
    {
        var cleaner = new CaptionCleaner(30);
        return train.Triplets
            .SelectMany(triplet => new[] { triplet.Modification, triplet.TargetCaption ?? "" })
            .SelectMany(text => Word().Matches(cleaner.Clean(text)).Select(match => match.Value))
            .Distinct()
            .Order(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"\w+|[^\w\s]")]
    private static partial Regex Word();

    [GeneratedRegex(@",[a-z]+/\d+,(?<target>[a-z]+/\d+),")]
    private static partial Regex TargetOf();
}

/// <summary>The five attributes of a scene.</summary>
internal readonly record struct Look(string Shape, string Colour, string Size, string Background, string Position)
{
    public static readonly string[] Attributes = ["shape", "colour", "size", "background", "position"];

    public Look(IReadOnlyDictionary<string, string> scene)
        : this(scene["shape"], scene["colour"], scene["size"], scene["background"], scene["position"])
    {
    }

    public string this[string attribute] => attribute switch { "shape" => Shape, "colour" => Colour, "size" => Size, "background" => Background, _ => Position };

    public Look With(string attribute, string value) => attribute switch
    {
        "shape" => this with { Shape = value },
        "colour" => this with { Colour = value },
        "size" => this with { Size = value },
        "background" => this with { Background = value },
        _ => this with { Position = value },
    };
}
