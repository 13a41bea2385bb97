using System.Text.Json;
using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Text;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip;

/// <summary>Builds BLIP models as the configuration of a case describes them.</summary>
internal static class GoldenBlip
{
    /// <summary>The visual encoder of a <c>vit</c> configuration.</summary>
    public static VisionTransformerOptions Vision(JsonElement vit)
    {
        var width = vit.GetProperty("embed_dim").GetInt32();
        return new VisionTransformerOptions
        {
            PatchSize = vit.GetProperty("patch_size").GetInt32(),
            Width = width,
            Depth = vit.GetProperty("depth").GetInt32(),
            Heads = vit.GetProperty("num_heads").GetInt32(),
            FeedForwardWidth = (int)(width * vit.GetProperty("mlp_ratio").GetDouble()),
            QkvBias = vit.GetProperty("qkv_bias").GetBoolean() ? QkvBias.All : QkvBias.None,
            NormEpsilon = vit.GetProperty("norm_eps").GetDouble(),
            DropPath = vit.GetProperty("drop_path_rate").GetDouble(),
        };
    }

    /// <summary>The text encoder of a BERT configuration.</summary>
    public static BertOptions Text(JsonElement bert) => new()
    {
        VocabularySize = bert.GetProperty("vocab_size").GetInt32(),
        Width = bert.GetProperty("hidden_size").GetInt32(),
        Depth = bert.GetProperty("num_hidden_layers").GetInt32(),
        Heads = bert.GetProperty("num_attention_heads").GetInt32(),
        FeedForwardWidth = bert.GetProperty("intermediate_size").GetInt32(),
        MaxPositions = bert.GetProperty("max_position_embeddings").GetInt32(),
        NormEpsilon = bert.GetProperty("layer_norm_eps").GetDouble(),
        Dropout = bert.GetProperty("hidden_dropout_prob").GetDouble(),
        AttentionDropout = bert.GetProperty("attention_probs_dropout_prob").GetDouble(),
        InitializerRange = bert.GetProperty("initializer_range").GetDouble(),
        PaddingIndex = bert.GetProperty("pad_token_id").GetInt32(),
        CrossAttentionFrequency = bert.GetProperty("add_cross_attention").GetBoolean() ? 1 : 0,
    };

    /// <summary>The architecture of a case with <c>vit</c>, <c>med_config</c>, <c>image_size</c> and <c>embed_dim</c>.</summary>
    public static BlipArchitecture Architecture(GoldenCase golden) => new()
    {
        Image = ImageInput.Clip(golden.Config.GetProperty("image_size").GetInt32()),
        Vision = Vision(golden.Config.GetProperty("vit")),
        Text = Text(Json(golden.PathOf(golden.Config.GetProperty("med_config").GetString()!))),
        Dimensions = golden.Config.GetProperty("embed_dim").GetInt32(),
        EncoderToken = Tokenizer().EncId,
    };

    /// <summary>The model of a case with its weights.</summary>
    public static BlipEncoder Load(GoldenCase golden)
    {
        var encoder = new BlipEncoder(Architecture(golden));
        StateDictLoader.Load(encoder, golden.InputPath("weights"), BlipCheckpointMap.Default);
        encoder.eval();
        return encoder;
    }

    /// <summary>The tokenizer that the models of the fixtures were run with.</summary>
    public static BertTextTokenizer Tokenizer()
    {
        var blip = GoldenSet.Cases.First(golden => golden.Group == "tokenizer" && golden.Config.GetProperty("ids").TryGetProperty("enc", out _));
        return BertTextTokenizer.ForBlip(blip.InputPath("vocab"));
    }

    /// <summary>Tokens of the captions of a case.</summary>
    public static TokenBatch Tokens(IReadOnlyList<string> captions, TextPadding padding, int length) =>
        TokenBatch.From(Tokenizer().Encode(captions, padding, length), CPU);

    /// <summary>The strings of a JSON array.</summary>
    public static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(element => element.GetString()!)];

    private static JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
}
