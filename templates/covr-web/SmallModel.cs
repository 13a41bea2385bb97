using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;

/// <summary>A BLIP of a few thousand random weights: starts at once, and its answers mean nothing. For released weights, set <c>options.Checkpoint = "webvid-covr"</c> instead.</summary>
internal static class SmallModel
{
    public static void Configure(ModelOptions options)
    {
        options.Architecture = new BlipArchitecture
        {
            Image = ImageInput.Clip(32),
            Vision = new VisionTransformerOptions { Width = 32, Depth = 2, Heads = 4, FeedForwardWidth = 64 },
            Text = new BertOptions { VocabularySize = 0, Width = 32, Depth = 2, Heads = 4, FeedForwardWidth = 64, MaxPositions = 64 },
            Dimensions = 16,
        };
        options.Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "green", "blue", "picture"];
    }
}
