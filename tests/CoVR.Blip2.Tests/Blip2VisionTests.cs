using CoVR.Modeling;
using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Blip2.Tests;

[Collection("torch")]
public sealed class Blip2VisionTests
{
    private const string Prefix = "visual_encoder.";

    public static TheoryData<string> FullSizeModels =>
        [.. GoldenSet.Cases.Where(golden => golden.Group == "fullsize" && golden.Config.TryGetProperty("vit_model", out _)).Select(golden => golden.Id)];

    [Theory]
    [MemberData(nameof(FullSizeModels))]
    public void Create_AtFullSizeOnMeta_HasTheReferencesKeysAndShapes(string id)
    {
        var golden = GoldenSet.Cases.Single(candidate => candidate.Id == id);
        var options = golden.Config.GetProperty("vit_model").GetString() == "clip_L" ? Blip2Architecture.ClipLarge224.Vision : new Blip2Architecture().Vision;
        using var model = Create(options, golden.Config.GetProperty("image_size").GetInt32(), new Device("meta"));

        var actual = VisualState(model).Select(entry => $"{Prefix}{entry.Key} [{string.Join(", ", entry.Value.shape)}]");

        Assert.Equal(Expected(golden), actual.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Presets_FreshWeights_FollowTheReferencesScales()
    {
        using var scope = NewDisposeScope();
        using var initializer = new WeightInitializer(3);
        using var eva = Create(new Blip2Architecture().Vision with { Width = 64, Depth = 2, FeedForwardWidth = 96 }, 28);
        using var clip = Create(Blip2Architecture.ClipLarge224.Vision with { Width = 64, Depth = 1, FeedForwardWidth = 96 }, 28);

        eva.Initialize(initializer);
        clip.Initialize(initializer);

        var (evaState, clipState) = (VisualState(eva), VisualState(clip));
        AssertDeviation(0.02, evaState["blocks.1.mlp.fc1.weight"]);
        AssertDeviation(0.02 / Math.Sqrt(2), evaState["blocks.0.attn.proj.weight"]);
        AssertDeviation(0.02 / Math.Sqrt(4), evaState["blocks.1.mlp.fc2.weight"]);
        Assert.Equal(0, evaState["blocks.1.attn.q_bias"].abs().max().item<float>());
        AssertDeviation(1 / Math.Sqrt(64), clipState["positional_embedding"]);
        AssertUniform(Math.Sqrt(6.0 / 256), clipState["transformer.resblocks.0.attn.in_proj_weight"]);
        AssertUniform(1 / Math.Sqrt(64), clipState["transformer.resblocks.0.mlp.c_fc.bias"]);
        AssertUniform(1 / Math.Sqrt(3 * 14 * 14), clipState["conv1.weight"]);
        Assert.Equal(0, clipState["transformer.resblocks.0.attn.out_proj.bias"].abs().max().item<float>());
    }

    private static Blip2Encoder Create(VisionTransformerOptions vision, int size, Device? device = null) => new(
        SmallBlip2.Architecture with { Image = ImageInput.Clip(size), Vision = vision, Text = SmallBlip2.Architecture.Text with { VocabularySize = SmallBlip2.Vocabulary.Length } }, device: device);

    private static Dictionary<string, Tensor> VisualState(Blip2Encoder encoder) => ((nn.Module)encoder.Visual).state_dict();

    private static IEnumerable<string> Expected(GoldenCase golden) => golden.OutputJson("facts").GetProperty("state_dict").EnumerateArray()
        .Select(entry => $"{entry.GetProperty("key").GetString()} [{string.Join(", ", entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()))}]")
        .Where(entry => entry.StartsWith(Prefix, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static void AssertDeviation(double expected, Tensor values) =>
        Assert.InRange(values.std().item<float>(), expected * 0.85, expected * 1.15);

    private static void AssertUniform(double bound, Tensor values) =>
        Assert.InRange(values.abs().max().item<float>(), bound * 0.9, bound);
}
