using System.Text.RegularExpressions;
using CoVR.Data;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Text;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Demo;

/// <summary>A model family with fewer than a million weights, which trains in minutes on two processor cores.</summary>
internal abstract partial class SmallModel
{
    private const int Width = 96;
    private const int Heads = 4;

    /// <summary>The families by the names of the command line.</summary>
    public static IReadOnlyDictionary<string, SmallModel> All { get; } =
        new Dictionary<string, SmallModel> { ["blip"] = new SmallBlip(), ["blip2"] = new SmallBlip2() };

    /// <summary>The display name.</summary>
    public abstract string Title { get; }

    /// <summary>The steps on captions and on edits that it needs to learn the world.</summary>
    public abstract (int Pretraining, int Composition) Steps { get; }

    /// <summary>32 x 32 pixels.</summary>
    protected static ImageInput Image => ImageInput.Clip(32);

    /// <summary>16 patches, three blocks.</summary>
    protected static VisionTransformerOptions Vision { get; } = new()
    {
        PatchSize = 8,
        Width = Width,
        Depth = 3,
        Heads = Heads,
        FeedForwardWidth = 4 * Width,
        DropPath = 0,
        ConvolutionalStem = true,
        SinCosPositions = true,
        PositionWavelength = 20,
        InitializerRange = 0.08,
        CheckpointedBlocks = 0,
    };

    /// <summary>Two layers; as many words as the vocabulary has.</summary>
    protected static BertOptions Text { get; } = new()
    {
        VocabularySize = 0,
        Width = Width,
        Depth = 2,
        Heads = Heads,
        FeedForwardWidth = 4 * Width,
        MaxPositions = 32,
        Dropout = 0,
        AttentionDropout = 0,
        InitializerRange = 0.08,
    };

    /// <summary>Adds the model with new weights, all of which are trained: pictures against captions.</summary>
    public abstract ICoVRBuilder UseFresh(ICoVRBuilder pipeline, IReadOnlyList<string> vocabulary, int seed);

    /// <summary>Adds the model that learns edits.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="vocabulary">Every word of the world.</param>
    /// <param name="pretrained">The weights after pictures and captions.</param>
    public abstract ICoVRBuilder UsePretrained(ICoVRBuilder pipeline, IReadOnlyList<string> vocabulary, string pretrained);

    /// <summary>Adds the model that searches.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="vocabulary">Every word of the world.</param>
    /// <param name="trained">The weights after edits.</param>
    /// <param name="pretrained">The weights that embedded the targets of training.</param>
    public abstract ICoVRBuilder UseTrained(ICoVRBuilder pipeline, IReadOnlyList<string> vocabulary, string trained, string pretrained);

    /// <summary>The words of the training texts, after the special tokens: a WordPiece vocabulary of whole words.</summary>
    public static IReadOnlyList<string> Vocabulary(TripletDataset train)
    {
        var cleaner = new CaptionCleaner(30);
        var words = train.Triplets
            .SelectMany(triplet => new[] { triplet.Modification, triplet.TargetCaption ?? "" })
            .SelectMany(text => Word().Matches(cleaner.Clean(text)).Select(match => match.Value))
            .Distinct()
            .Order(StringComparer.Ordinal);
        return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. words];
    }

    /// <summary>Sets the options common to all families.</summary>
    protected static void Configure(ModelOptions options, string name, IReadOnlyList<string> vocabulary, string? checkpoint)
    {
        options.Text = new TextInput(TrainingLength: 24, EvaluationLimit: 24, MaxWords: 30);
        options.Name = name;
        options.Vocabulary = vocabulary;
        options.Checkpoint = checkpoint;
    }

    [GeneratedRegex(@"\w+|[^\w\s]")]
    private static partial Regex Word();
}
