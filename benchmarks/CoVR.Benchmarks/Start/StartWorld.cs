using CoVR.Blip;
using CoVR.Media;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using TorchSharp;

namespace CoVR.Benchmarks.Start;

/// <summary>A folder of small pictures, and a model with random weights: a tiny one, or BLIP-large.</summary>
internal static class StartWorld
{
    private const int Side = 32;
    private const string Weights = "weights.pth";

    private static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "car", "at", "night"];

    private static readonly BlipArchitecture Tiny = new()
    {
        Image = Modeling.ImageInput.Clip(Side),
        Vision = new VisionTransformerOptions { PatchSize = 16, Width = 64, Depth = 2, Heads = 2, FeedForwardWidth = 128, DropPath = 0 },
        Text = new BertOptions { VocabularySize = 0, Width = 64, Depth = 2, Heads = 2, FeedForwardWidth = 128, MaxPositions = 40 },
        Dimensions = 256,
    };

    private const string TinyConfiguration = """
        defaults:
          - blip-large
        modelname: tiny
        model:
          embed_dim: 256
        architecture:
            dimensions: 256
            vision: {patch_size: 16, width: 64, depth: 2, heads: 2, feed_forward_width: 128, drop_path: 0}
            text: {vocabulary_size: 0, width: 64, depth: 2, heads: 2, feed_forward_width: 128, max_positions: 40}
        """;

    /// <summary>Makes what is missing in a folder.</summary>
    /// <returns>The arguments of the tool.</returns>
    public static IReadOnlyList<string> Make(string folder, int pictures, bool isLarge)
    {
        string[] words = isLarge ? [.. Words, .. Enumerable.Range(Words.Length, 30_522 - Words.Length).Select(i => $"word{i}")] : Words;
        if (!File.Exists(Path.Combine(folder, Weights)))
        {
            Directory.CreateDirectory(Path.Combine(folder, "configs", "model", "ckpt"));
            File.WriteAllText(Path.Combine(folder, "configs", "model", "tiny.yaml"), TinyConfiguration);
            File.WriteAllText(Path.Combine(folder, "configs", "model", "ckpt", "tiny.yaml"), $"name: tiny\npath: {Weights}\nimage_size: {Side}\n");
            File.WriteAllLines(Path.Combine(folder, "vocab.txt"), words);
            WriteWeights(Path.Combine(folder, Weights), words, isLarge ? BlipArchitecture.Large : Tiny);
            WritePictures(Path.Combine(folder, "photos"), pictures);
        }

        return ["search", "photos", "--text", "a red car at night", "--json", .. isLarge ? ["--model", "blip-large", "--checkpoint", Weights] : (string[])["--model", "tiny", "--checkpoint", "tiny"]];
    }

    private static void WriteWeights(string path, string[] words, BlipArchitecture architecture)
    {
        // Plain weights, not packed ones.
        using var model = MadeModels.Create(new ModelOptions { Vocabulary = words, Architecture = architecture, Trainable = TrainableWeights.All });
        Checkpoint.WritePth(path, new Dictionary<string, object?> { ["model"] = model.Module!.state_dict().ToDictionary(entry => entry.Key, object? (entry) => entry.Value) });
    }

    private static void WritePictures(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(1);
        var rgb = new byte[Side * Side * 3];
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(rgb);
            MediaWriter.WritePng(Path.Combine(folder, $"{i:D5}.png"), new RgbFrame(Side, Side, rgb));
        }
    }
}
