using System.Text.RegularExpressions;
using CoVR.Blip;
using CoVR.Data;
using CoVR.Modeling;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Text;

namespace QuickStart;

/// <summary>A BLIP of less than a million weights, which learns in minutes on two processor cores.</summary>
internal static partial class SmallBlip
{
    private const int Width = 96;
    private const int Heads = 4;

    /// <summary>32 x 32 pixels, 16 patches, three visual and two text layers, embeddings of 64 numbers.</summary>
    public static BlipArchitecture Architecture { get; } = new()
    {
        Image = ImageInput.Clip(32),
        Vision = new VisionTransformerOptions
        {
            PatchSize = 8,
            Width = Width,
            Depth = 3,
            Heads = Heads,
            FeedForwardWidth = 4 * Width,
            DropPath = 0,
            Stem = VisionStem.Convolutional,
            Positions = PositionInitialisation.SinCos,
            PositionWavelength = 20,
            InitializerRange = 0.08,
            CheckpointedBlocks = 0,
        },
        Text = new BertOptions
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
        },
        Dimensions = 64,
    };

    /// <summary>Sets a pipeline's model.</summary>
    /// <param name="options">The options of <c>UseBlip</c>.</param>
    /// <param name="vocabulary">Every word of the world.</param>
    /// <param name="seed">Of fresh weights.</param>
    /// <param name="trainable">What is trained.</param>
    /// <param name="checkpoint">The weights to start from; null for fresh ones.</param>
    public static void Configure(BlipOptions options, IReadOnlyList<string> vocabulary, int seed, BlipTrainable trainable, string? checkpoint)
    {
        options.Architecture = Architecture;
        options.Text = new TextInput(TrainingLength: 24, EvaluationLimit: 24, MaxWords: 30);
        options.Name = "quickstart-blip-32";
        options.Vocabulary = vocabulary;
        options.Seed = (ulong)seed;
        options.Trainable = trainable;
        options.TrainVisualEncoder = trainable == BlipTrainable.All;
        options.Checkpoint = checkpoint;
    }

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

    [GeneratedRegex(@"\w+|[^\w\s]")]
    private static partial Regex Word();
}
