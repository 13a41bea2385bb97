using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.TestData;

/// <summary>Models of a few thousand parameters.</summary>
public static class TinyModels
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "blue", "circle", "square", "make", "it", "smaller", "on", "the", "left", "and", "moves", ","];

    /// <summary>Uses a tiny BLIP or BLIP-2, always of the same weights.</summary>
    public static ICoVRBuilder UseTiny(this ICoVRBuilder builder, string family) => family == "blip"
        ? builder.UseBlip(options => (options.Architecture, options.Vocabulary, options.Seed) = (SmallBlip, Vocabulary, 7))
        : builder.UseBlip2(options => (options.Architecture, options.Vocabulary, options.Seed) = (SmallBlip2, Vocabulary, 7));

    /// <summary>Compares a file with a tiny model, perhaps one block deeper, without loading it.</summary>
    public static void RequireFit(string family, string path, int more = 0)
    {
        if (family == "blip")
        {
            BlipArchitecture.Family.RequireFit(new ModelOptions { Architecture = SmallBlip with { Vision = SmallBlip.Vision with { Depth = SmallBlip.Vision.Depth + more } }, Vocabulary = Vocabulary }, path);
        }
        else
        {
            Blip2Architecture.Family.RequireFit(new ModelOptions { Architecture = SmallBlip2 with { Vision = SmallBlip2.Vision with { Depth = SmallBlip2.Vision.Depth + more } }, Vocabulary = Vocabulary }, path);
        }
    }

    private static BlipArchitecture SmallBlip { get; } = new()
    {
        Image = ImageInput.Clip(16),
        Dimensions = 8,
        Vision = new VisionTransformerOptions { PatchSize = 4, Width = 16, Depth = 3, Heads = 2, FeedForwardWidth = 32 },
        Text = new BertOptions { VocabularySize = 0, Width = 24, Depth = 2, Heads = 3, FeedForwardWidth = 48, MaxPositions = 40 },
    };

    private static Blip2Architecture SmallBlip2 { get; } = new()
    {
        Image = ImageInput.Clip(16),
        Dimensions = 8,
        Queries = 3,
        Vision = new Blip2Architecture().Vision with { PatchSize = 4, Width = 16, Depth = 2, Heads = 2, FeedForwardWidth = 32, DropPath = 0 },
        Text = new Blip2Architecture().Text with { VocabularySize = 0, Width = 24, Depth = 4, Heads = 3, FeedForwardWidth = 48, MaxPositions = 40 },
    };
}
