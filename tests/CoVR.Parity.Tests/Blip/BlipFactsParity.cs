using System.Text.Json;
using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip;

/// <summary>Every key, shape and type of the reference's variants, what they train and how many numbers they hold, on the meta device.</summary>
public sealed class BlipFactsParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.HasOutput("facts") && (IsTiny(golden) || IsFullSize(golden));

    public void Check(GoldenCase golden)
    {
        var facts = golden.OutputJson("facts");
        using var model = OnMeta(golden);
        CompareNames(facts, model);
        CompareCounts(facts, model);
    }

    /// <summary>The model of a case, without weights.</summary>
    internal static BlipEncoder OnMeta(GoldenCase golden)
    {
        var architecture = IsTiny(golden) ? FromShapes(golden.OutputJson("facts")) : FullSize(golden.Config);
        var (trainable, trainVisual) = TrainedSet(golden);
        var model = new BlipEncoder(
            architecture with { VisionHead = trainable != BlipTrainable.TextOnly, TemperatureParameter = trainable == BlipTrainable.All },
            device: new Device("meta"));
        model.SetTrainable(trainable, trainVisual);
        return model;
    }

    private static bool IsTiny(GoldenCase golden) => golden.Id.StartsWith("init/blip_", StringComparison.Ordinal);

    private static bool IsFullSize(GoldenCase golden) =>
        golden.Group == "fullsize" && golden.Config.TryGetProperty("vit", out var vit) && vit.ValueKind == JsonValueKind.String && BlipVariants.Find(vit.GetString()!) is not null;

    private static (BlipTrainable Trainable, bool TrainVisual) TrainedSet(GoldenCase golden)
    {
        var what = $"{golden.Function} {golden.Id}";
        return what.Contains("BLIPEmbs", StringComparison.Ordinal) ? (BlipTrainable.All, true)
            : what.Contains("TextOnly", StringComparison.Ordinal) || golden.Id.EndsWith("_text", StringComparison.Ordinal) ? (BlipTrainable.TextOnly, false)
            : what.Contains("VisualOnly", StringComparison.Ordinal) || golden.Id.EndsWith("_visual", StringComparison.Ordinal) ? (BlipTrainable.VisualOnly, true)
            : (BlipTrainable.Composed, what.Contains("train_vit", StringComparison.Ordinal));
    }

    private static BlipArchitecture FullSize(JsonElement config) => BlipVariants.Find(config.GetProperty("vit").GetString()!)!.Architecture with
    {
        Image = ImageInput.Clip(config.GetProperty("image_size").GetInt32()),
        Dimensions = config.GetProperty("embed_dim").GetInt32(),
    };

    /// <summary>The tiny cases name no sizes; their shapes do. Heads leave no trace in names.</summary>
    private static BlipArchitecture FromShapes(JsonElement facts)
    {
        var shapes = facts.GetProperty("state_dict").EnumerateArray().ToDictionary(
            entry => entry.GetProperty("key").GetString()!,
            entry => entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()).ToArray());
        var patch = shapes["visual_encoder.patch_embed.proj.weight"];
        var grid = (int)Math.Sqrt(shapes["visual_encoder.pos_embed"][1] - 1);
        var words = shapes["text_encoder.embeddings.word_embeddings.weight"];
        return new BlipArchitecture
        {
            Image = ImageInput.Clip(grid * patch[2]),
            Dimensions = shapes["text_proj.weight"][0],
            Vision = new VisionTransformerOptions
            {
                PatchSize = patch[2],
                Width = patch[0],
                Heads = 1,
                Depth = shapes.Keys.Count(key => key.StartsWith("visual_encoder.blocks.", StringComparison.Ordinal) && key.EndsWith(".norm1.weight", StringComparison.Ordinal)),
                FeedForwardWidth = shapes["visual_encoder.blocks.0.mlp.fc1.weight"][0],
            },
            Text = new BertOptions
            {
                VocabularySize = words[0],
                Width = words[1],
                Heads = 1,
                Depth = shapes.Keys.Count(key => key.EndsWith(".intermediate.dense.weight", StringComparison.Ordinal)),
                FeedForwardWidth = shapes["text_encoder.encoder.layer.0.intermediate.dense.weight"][0],
                MaxPositions = shapes["text_encoder.embeddings.position_embeddings.weight"][0],
            },
        };
    }

    private static void CompareNames(JsonElement facts, BlipEncoder model)
    {
        var expected = facts.GetProperty("state_dict").EnumerateArray().Select(entry =>
            $"{entry.GetProperty("key").GetString()} [{string.Join(", ", entry.GetProperty("shape").EnumerateArray())}] {entry.GetProperty("dtype").GetString()}");
        var actual = model.state_dict().Select(entry =>
            $"{entry.Key} [{string.Join(", ", entry.Value.shape)}] {entry.Value.dtype.ToString().ToLowerInvariant()}");
        AssertSame(expected, actual);
        AssertSame(Names("trainable"), model.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry => entry.name));
        AssertSame(Names("frozen"), model.named_parameters().Where(entry => !entry.parameter.requires_grad).Select(entry => entry.name));
        AssertSame(Names("buffers"), model.named_buffers().Select(entry => entry.name));

        IEnumerable<string> Names(string list) => GoldenBlip.Strings(facts.GetProperty(list));
    }

    private static void CompareCounts(JsonElement facts, BlipEncoder model)
    {
        Assert.Equal(facts.GetProperty("numel_total").GetInt64(), model.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(
            facts.GetProperty("numel_trainable").GetInt64(),
            model.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel()));
        if (facts.TryGetProperty("numel_stored", out var stored))
        {
            Assert.Equal(stored.GetInt64(), model.state_dict().Values.Sum(values => values.numel()));
        }
    }

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
}
