using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Cli.Models;
using CoVR.Modeling;
using CoVR.Modeling.Layers;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Tests.Made;

/// <summary>A model of a few thousand parameters, always of the same weights.</summary>
/// <param name="Family">blip or blip2.</param>
internal sealed record TinyModel(string Family) : IModelChoice
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "blue", "circle", "square", "make", "it", "smaller", "on", "the", "left", "and", "moves", ","];

    /// <inheritdoc/>
    public string Title => $"tiny-{Family}";

    /// <inheritdoc/>
    public string FolderSize => "large";

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
        Vision = Blip2Vision.EvaGiant with { PatchSize = 4, Width = 16, Depth = 2, Heads = 2, FeedForwardWidth = 32, DropPath = 0 },
        Text = QFormer.BertBase with { VocabularySize = 0, Width = 24, Depth = 4, Heads = 3, FeedForwardWidth = 48, MaxPositions = 40 },
    };

    /// <inheritdoc/>
    public ICoVRBuilder Use(ICoVRBuilder pipeline) => Family == "blip"
        ? pipeline.UseBlip(options => (options.Architecture, options.Vocabulary, options.Seed) = (SmallBlip, Vocabulary, 7))
        : pipeline.UseBlip2(options => (options.Architecture, options.Vocabulary, options.Seed) = (SmallBlip2, Vocabulary, 7));
}
