using System.Text.Json;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Inference;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Text;
using CoVR.Onnx;
using CoVR.Parity.Tests.Blip;
using CoVR.Parity.Tests.Blip2;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Families;

/// <summary>One of the reference's variants of a model family.</summary>
/// <param name="Parts">What its queries look at.</param>
/// <param name="TrainVisual">Whether the visual encoder is trained.</param>
/// <param name="Everything">Whether everything is trained.</param>
internal sealed record GoldenVariant(QueryParts Parts, bool TrainVisual = false, bool Everything = false);

/// <summary>Builds the models of a family as the configuration of a case describes them.</summary>
internal abstract class GoldenFamily
{
    public static IReadOnlyList<GoldenFamily> All { get; } = [new GoldenBlip(), new GoldenBlip2()];

    /// <summary>How files become the state dict.</summary>
    public abstract CheckpointMap Map { get; }

    /// <summary>The map that does no more than the reference's loading does.</summary>
    public virtual CheckpointMap ReferenceMap => Map;

    /// <summary>Tokens of a training text.</summary>
    public abstract int TrainingLength { get; }

    /// <summary>The tokenizer that the models of the fixtures were run with.</summary>
    public abstract BertTextTokenizer Tokenizer { get; }

    /// <summary>The family whose queries a case is about; null if it is about something else.</summary>
    public static GoldenFamily? OfQueries(GoldenCase golden) => All.SingleOrDefault(family => family.QueryGroup == golden.Group);

    /// <summary>The variant that a case names.</summary>
    public static GoldenVariant VariantOf(GoldenCase golden)
    {
        var what = $"{golden.Function} {golden.Id}";
        return what.Contains("BLIPEmbs", StringComparison.Ordinal) ? new(QueryParts.Both, true, true)
            : Has("TextOnly") || golden.Function.Contains("_cir_text", StringComparison.Ordinal) || golden.Id.EndsWith("_text", StringComparison.Ordinal) ? new(QueryParts.Modification)
            : Has("VisualOnly") || golden.Function.Contains("_cir_visual", StringComparison.Ordinal) || golden.Id.EndsWith("_visual", StringComparison.Ordinal) ? new(QueryParts.Reference, true)
            : new(QueryParts.Both, what.Contains("train_vit", StringComparison.Ordinal) || (golden.Config.TryGetProperty("train_vit", out var train) && train.GetBoolean()));

        bool Has(string part) => what.Contains(part, StringComparison.Ordinal);
    }

    /// <summary>Whether a case lists the names of one of the family's models.</summary>
    public abstract bool HasFacts(GoldenCase golden);

    /// <summary>Whether a case loads a file into the family's model.</summary>
    public abstract bool Loads(GoldenCase golden);

    /// <summary>The model of a case with sizes in its configuration; its values are unset.</summary>
    public abstract ComposedFamilyEncoder Allocate(GoldenCase golden, QueryParts variant);

    /// <summary>The model of a case with sizes in its facts; its values are unset.</summary>
    public abstract ComposedFamilyEncoder OfFacts(GoldenCase golden, Device device);

    /// <summary>Chooses what the variant trains.</summary>
    public abstract void SetTrainable(ComposedFamilyEncoder model, GoldenVariant variant);

    /// <summary>How an evaluation pads and cuts its texts.</summary>
    public abstract (int Length, bool PadToLength) EvaluationText(GoldenCase golden);

    /// <summary>Runs a vision transformer in ONNX Runtime.</summary>
    /// <param name="vision">With plain weights, in evaluation mode.</param>
    /// <param name="image">[B, 3, S, S].</param>
    /// <returns>[B, N, C].</returns>
    public static Tensor EncodeByOnnx(VisionTransformerModule vision, Tensor image)
    {
        var encoder = new OnnxVisualEngine().Convert(vision, vision.Options, ModelPrecision.Float32);
        using var session = (IDisposable)encoder;
        return encoder.Encode(image);
    }

    /// <summary>Packs every linear layer of a model, as a model is packed that nothing trains.</summary>
    public static void Pack(nn.Module model)
    {
        AppContext.SetSwitch("CoVR.Modeling.Packing", true);
        Packing.Apply(model, ModelPrecision.Float32);
    }

    /// <summary>The model of a case with its weights, in evaluation mode.</summary>
    public ComposedFamilyEncoder Load(GoldenCase golden)
    {
        var model = Allocate(golden, QueryParts.Both);
        Checkpoint.Load(model, golden.InputPath("weights"), Map);
        model.eval();
        return model;
    }

    /// <summary>Tokens of texts.</summary>
    public TokenBatch Tokens(IReadOnlyList<string> texts, int length, bool padToLength = false) =>
        Tokenizer.Encode(texts, length, padToLength);

    /// <summary>The strings of a JSON array.</summary>
    public static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(element => element.GetString()!)];

    /// <summary>A JSON file.</summary>
    public static JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;

    /// <summary>The sizes of a BERT configuration.</summary>
    public static BertOptions Bert(JsonElement bert) => new()
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
    };

    /// <summary>The fusion that a case tests.</summary>
    protected static QueryFusion FusionOf(GoldenCase golden) =>
        golden.Function.Contains("Avg", StringComparison.Ordinal) ? QueryFusion.Average : QueryFusion.CrossAttention;

    /// <summary>The shapes of a case's facts by key.</summary>
    protected static Dictionary<string, int[]> Shapes(GoldenCase golden) =>
        golden.OutputJson("facts").GetProperty("state_dict").EnumerateArray().ToDictionary(
            entry => entry.GetProperty("key").GetString()!,
            entry => entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()).ToArray());

    /// <summary>A BERT's sizes from shapes below a prefix; heads leave no trace in them.</summary>
    protected static BertOptions BertOf(Dictionary<string, int[]> shapes, string prefix) => new()
    {
        VocabularySize = shapes[prefix + "embeddings.word_embeddings.weight"][0],
        Width = shapes[prefix + "embeddings.word_embeddings.weight"][1],
        Heads = 1,
        Depth = shapes.Keys.Count(key => key.EndsWith(".intermediate.dense.weight", StringComparison.Ordinal)),
        FeedForwardWidth = shapes[prefix + "encoder.layer.0.intermediate.dense.weight"][0],
        MaxPositions = shapes[prefix + "embeddings.position_embeddings.weight"][0],
    };

    /// <summary>The group whose cases compare queries and training.</summary>
    protected abstract string QueryGroup { get; }
}
