using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Text;
using CoVR.Parity.Tests.Families;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip2;

/// <summary>Builds BLIP-2 models as the configuration of a case describes them.</summary>
internal sealed class GoldenBlip2 : GoldenFamily
{
    private const int TestLength = 64;

    public override CheckpointMap Map => Blip2Architecture.Family.GetCheckpointMap(ComposedModelParts.None);

    // The reference cuts no prefixes and resizes nothing.
    public override CheckpointMap ReferenceMap { get; } =
        new() { Root = Blip2Architecture.Family.GetCheckpointMap(ComposedModelParts.None).Root, Ignored = Blip2Architecture.Family.GetCheckpointMap(ComposedModelParts.None).Ignored };

    public override int TrainingLength => Blip2Architecture.Family.Find("coco")!.Text.TrainingLength;

    public override BertTextTokenizer Tokenizer { get; } = BertTextTokenizer.Load(GoldenSet.Cases.First(
        golden => golden.Group == "tokenizer" && !golden.Config.GetProperty("ids").TryGetProperty("enc", out _)).InputPath("vocab"), [BertTextTokenizer.DecToken]);

    protected override string QueryGroup => "blip2_cir";

    /// <summary>The Q-Former of a BERT configuration.</summary>
    /// <param name="bert">Its sizes.</param>
    /// <param name="frequency">Every how many layers there is cross attention.</param>
    /// <param name="vocabulary">The words after the tokenizer's own were added.</param>
    public static BertOptions Former(System.Text.Json.JsonElement bert, int frequency, int vocabulary) =>
        Bert(bert) with { VocabularySize = vocabulary, PaddingIndex = null, CrossAttentionFrequency = frequency, QueryFeedForward = true };

    public override bool HasFacts(GoldenCase golden) => golden.Id.StartsWith("init/blip2_", StringComparison.Ordinal) || FullSize(golden) is not null;

    public override bool Loads(GoldenCase golden) => golden.Function.Contains("load_from_pretrained", StringComparison.Ordinal);

    public override ComposedFamilyEncoder Allocate(GoldenCase golden, QueryParts variant) => new Blip2Encoder(new Blip2Architecture
    {
        Image = ImageInput.Clip(golden.Config.GetProperty("image_size").GetInt32()),
        Vision = GoldenBlip2Vision.Options(golden.Config.GetProperty("vit")),
        Text = Former(
            Json(golden.PathOf(golden.Config.GetProperty("bert_config").GetString()!)),
            golden.Config.GetProperty("cross_attention_freq").GetInt32(),
            Tokenizer.VocabularySize),
        Dimensions = golden.Config.GetProperty("embed_dim").GetInt32(),
        Queries = golden.Config.GetProperty("num_query_token").GetInt32(),
        TextHead = variant != QueryParts.Reference,
        Fusion = FusionOf(golden),
    });

    public override ComposedFamilyEncoder OfFacts(GoldenCase golden, Device device)
    {
        var architecture = FullSize(golden) ?? FromShapes(Shapes(golden));
        return new Blip2Encoder(architecture with { TextHead = VariantOf(golden).Parts != QueryParts.Reference }, device: device);
    }

    public override void SetTrainable(ComposedFamilyEncoder model, GoldenVariant variant) => ((Blip2Encoder)model).SetTrainable(
        variant.Parts switch
        {
            QueryParts.Modification => TrainableWeights.TextOnly,
            QueryParts.Reference => TrainableWeights.VisualOnly,
            _ => TrainableWeights.Composed,
        },
        variant.TrainVisual);

    public override (int Length, bool PadToLength) EvaluationText(GoldenCase golden) =>
        golden.Function.Contains("utils.py", StringComparison.Ordinal)
            ? (golden.Config.GetProperty("max_txt_len").GetInt32(), true)
            : (TestLength, false);

    private static Blip2Architecture? FullSize(GoldenCase golden)
    {
        if (golden.Group != "fullsize" || !golden.Config.TryGetProperty("vit_model", out var vision))
        {
            return null;
        }

        var published = vision.GetString() == "clip_L" ? Blip2Architecture.Family.Find("pretrain_vitL")! : Blip2Architecture.Family.Find("coco")!;
        return (Blip2Architecture)published.Architecture with { Image = ImageInput.Clip(golden.Config.GetProperty("image_size").GetInt32()) };
    }

    private static Blip2Architecture FromShapes(Dictionary<string, int[]> shapes)
    {
        var (vision, size) = VisionOf(shapes);
        var layers = shapes.Keys.Where(key => key.Contains(".crossattention.self.query.weight", StringComparison.Ordinal))
            .Select(key => int.Parse(key.Split('.')[4], System.Globalization.CultureInfo.InvariantCulture)).Order().ToArray();
        return new Blip2Architecture
        {
            Image = ImageInput.Clip(size),
            Vision = vision,
            Text = BertOf(shapes, "Qformer.bert.") with { CrossAttentionFrequency = layers.Length > 1 ? layers[1] : 1000, QueryFeedForward = true },
            Dimensions = shapes["vision_proj.weight"][0],
            Queries = shapes["query_tokens"][1],
        };
    }

    private static (VisionTransformerOptions Vision, int Size) VisionOf(Dictionary<string, int[]> shapes)
    {
        var isClip = shapes.ContainsKey("visual_encoder.conv1.weight");
        var patch = shapes[isClip ? "visual_encoder.conv1.weight" : "visual_encoder.patch_embed.proj.weight"];
        var positions = shapes[isClip ? "visual_encoder.positional_embedding" : "visual_encoder.pos_embed"][^2];
        var block = isClip ? "visual_encoder.transformer.resblocks." : "visual_encoder.blocks.";
        var vision = (isClip ? Blip2Architecture.ClipLarge224.Vision : new Blip2Architecture().Vision) with
        {
            PatchSize = patch[2],
            Width = patch[0],
            Heads = 1,
            Depth = shapes.Keys.Where(key => key.StartsWith(block, StringComparison.Ordinal)).Select(key => key[block.Length..].Split('.')[0]).Distinct().Count(),
            FeedForwardWidth = shapes[block + (isClip ? "0.mlp.c_fc.weight" : "0.mlp.fc1.weight")][0],
        };
        return (vision, (int)Math.Sqrt(positions - 1) * patch[2]);
    }
}
