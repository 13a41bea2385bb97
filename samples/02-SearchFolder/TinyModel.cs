using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;

/// <summary>A model of random weights that needs no download: shows that the program runs, not how well it finds.</summary>
internal static class TinyModel
{
    public static void Configure(ModelOptions options)
    {
        options.Architecture = new BlipArchitecture
        {
            Image = ImageInput.Clip(32),
            Vision = new VisionTransformerOptions { PatchSize = 8, Width = 32, Depth = 2, Heads = 2, FeedForwardWidth = 64 },
            Text = new BertOptions { VocabularySize = 0, Width = 32, Depth = 2, Heads = 2, FeedForwardWidth = 64, MaxPositions = 40 },
            Dimensions = 16,
        };
        options.Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "blue", "car", "at", "night"];
    }
}
