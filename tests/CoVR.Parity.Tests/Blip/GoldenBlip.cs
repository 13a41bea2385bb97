using System.Text.Json;
using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Text;
using CoVR.Parity.Tests.Families;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip;

/// <summary>Builds BLIP models as the configuration of a case describes them.</summary>
internal sealed class GoldenBlip : GoldenFamily
{
    private const int TestLength = 64;

    public override CheckpointMap Map => BlipArchitecture.Family.GetCheckpointMap(ComposedModelParts.None);

    public override int TrainingLength => BlipArchitecture.Family.Find("large")!.Text.TrainingLength;

    public override BertTextTokenizer Tokenizer { get; } = BertTextTokenizer.Load(GoldenSet.Cases.First(
        golden => golden.Group == "tokenizer" && golden.Config.GetProperty("ids").TryGetProperty("enc", out _)).InputPath("vocab"), [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]);

    protected override string QueryGroup => "blip_cir";

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
            QkvBias = vit.GetProperty("qkv_bias").GetBoolean(),
            NormEpsilon = vit.GetProperty("norm_eps").GetDouble(),
            DropPath = vit.GetProperty("drop_path_rate").GetDouble(),
        };
    }

    /// <summary>The text encoder of a BERT configuration.</summary>
    public static BertOptions Med(JsonElement bert) =>
        Bert(bert) with { CrossAttentionFrequency = bert.GetProperty("add_cross_attention").GetBoolean() ? 1 : 0 };

    public override bool HasFacts(GoldenCase golden) => golden.Id.StartsWith("init/blip_", StringComparison.Ordinal) || FullSize(golden) is not null;

    public override bool Loads(GoldenCase golden) => golden.Function.Contains("blip/blip.py load_checkpoint", StringComparison.Ordinal);

    public override ComposedFamilyEncoder Allocate(GoldenCase golden, QueryParts variant) => new BlipEncoder(new BlipArchitecture
    {
        Image = ImageInput.Clip(golden.Config.GetProperty("image_size").GetInt32()),
        Vision = Vision(golden.Config.GetProperty("vit")),
        Text = Med(Json(golden.PathOf(golden.Config.GetProperty("med_config").GetString()!))),
        Dimensions = golden.Config.GetProperty("embed_dim").GetInt32(),
        EncoderToken = Tokenizer.EncId,
        VisionHead = variant != QueryParts.Modification,
        Fusion = FusionOf(golden),
    });

    public override ComposedFamilyEncoder OfFacts(GoldenCase golden, Device device)
    {
        var variant = VariantOf(golden);
        var architecture = FullSize(golden) ?? FromShapes(Shapes(golden));
        return new BlipEncoder(architecture with { VisionHead = variant.Parts != QueryParts.Modification, TemperatureParameter = variant.Everything }, device: device);
    }

    public override void SetTrainable(ComposedFamilyEncoder model, GoldenVariant variant) => ((BlipEncoder)model).SetTrainable(
        variant.Everything ? TrainableWeights.All
            : variant.Parts switch
            {
                QueryParts.Modification => TrainableWeights.TextOnly,
                QueryParts.Reference => TrainableWeights.VisualOnly,
                _ => TrainableWeights.Composed,
            },
        variant.TrainVisual);

    public override (int Length, bool PadToLength) EvaluationText(GoldenCase golden) => (TestLength, false);

    private static BlipArchitecture? FullSize(GoldenCase golden) =>
        golden.Group == "fullsize" && golden.Config.TryGetProperty("vit", out var vit) && vit.ValueKind == JsonValueKind.String && BlipArchitecture.Family.Find(vit.GetString()!) is { } found
            ? (BlipArchitecture)found.Architecture with
            {
                Image = ImageInput.Clip(golden.Config.GetProperty("image_size").GetInt32()),
                Dimensions = golden.Config.GetProperty("embed_dim").GetInt32(),
            }
            : null;

    private static BlipArchitecture FromShapes(Dictionary<string, int[]> shapes)
    {
        var patch = shapes["visual_encoder.patch_embed.proj.weight"];
        var grid = (int)Math.Sqrt(shapes["visual_encoder.pos_embed"][1] - 1);
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
            Text = BertOf(shapes, "text_encoder."),
        };
    }
}
