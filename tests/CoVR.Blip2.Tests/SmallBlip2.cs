using CoVR.Checkpoints;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip2.Tests;

/// <summary>A BLIP-2 of a few thousand parameters with a vocabulary of a few words.</summary>
internal static class SmallBlip2
{
    public static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "blue", "circle", "square", "make", "it", "smaller", "on", "the", "left"];

    public static readonly string[] Captions = ["a red circle", "make it blue", "a smaller square on the left"];

    public static Blip2Architecture Architecture { get; } = new()
    {
        Image = ImageInput.Clip(16),
        Dimensions = 8,
        Queries = 3,
        Vision = new Blip2Architecture().Vision with { PatchSize = 4, Width = 16, Depth = 2, Heads = 2, FeedForwardWidth = 32, DropPath = 0.5 },
        Text = new Blip2Architecture().Text with { VocabularySize = 0, Width = 24, Depth = 4, Heads = 3, FeedForwardWidth = 48, MaxPositions = 40 },
    };

    public static ModelOptions Options() => new() { Architecture = Architecture, Vocabulary = Vocabulary, Seed = 7, Trainable = TrainableWeights.Composed };

    public static ComposedModel Create(ModelOptions options, ComposedModelParts? parts = null) => Blip2Architecture.Family.CreateAsync(options, parts ?? new ComposedModelParts { Checkpoints = new CheckpointResolver() }).AsTask().GetAwaiter().GetResult();

    /// <summary>[count, 3, 16, 16] of a seed.</summary>
    public static Tensor Pixels(int count, ulong seed = 3)
    {
        using var generator = new Generator(seed);
        return empty([count, 3, 16, 16]).normal_(0, 1, generator);
    }
}
