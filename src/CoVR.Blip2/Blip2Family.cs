using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Fusion;
using CoVR.Modeling.Text;

namespace CoVR.Blip2;

/// <summary>BLIP-2: its published models and how they are made. <c>UseBlip2</c> hands it to <c>UseModelFamily</c>.</summary>
public static class Blip2Family
{
    private const string License = "BSD-3-Clause";
    private const string Lavis = "https://storage.googleapis.com/sfr-vision-language-research/LAVIS/models/BLIP2/";

    // 32 tokens in training, up to 32 in validation and 64 in tests, 30 words; captions that are embedded beforehand have up to 512 tokens.
    private static readonly TextInput TextLengths = new(TrainingLength: 32, EvaluationLimit: 64, MaxWords: 30) { CaptionLimit = 512, ValidationLimit = 32 };

    /// <summary>
    /// The variants <c>coco</c> (EVA's ViT-g/14 at 364 pixels, fine-tuned on COCO, where CoVR-2 starts from; its own checkpoints have the same sizes),
    /// <c>pretrain</c> (EVA's ViT-g/14 at 224 pixels) and <c>pretrain_vitL</c> (CLIP's ViT-L/14 at 224 pixels).
    /// </summary>
    public static ModelFamily Definition { get; } = new()
    {
        Name = "blip2",
        Variants =
        [
            new("coco", Blip2Architecture.EvaGiant364, TextLengths, Lavis + "blip2_finetune_coco.pth", License),
            new("pretrain", Blip2Architecture.EvaGiant224, TextLengths, Lavis + "blip2_pretrained.pth", License),
            new("pretrain_vitL", Blip2Architecture.ClipLarge224, TextLengths, Lavis + "blip2_pretrained_vitL.pth", License),
        ],
        AddedTokens = [BertTextTokenizer.DecToken],
        CreateEncoder = (architecture, _, parts) => new Blip2Encoder((Blip2Architecture)architecture, parts),
        GetCheckpointMap = CheckpointMapFor,
        HasTargetEncoder = true,
        FindFaults = FindFaults,
    };

    private static IEnumerable<string> FindFaults(ModelOptions options)
    {
        if (options.Architecture is Blip2Architecture { TextHead: false } own && (options.Fusion ?? own.Fusion) != QueryFusion.CrossAttention)
        {
            yield return $"{nameof(options.Fusion)}: average and late fusion embed the text as a caption, which needs {nameof(options.Architecture)}.{nameof(own.TextHead)}.";
        }

        if (options.Architecture is Blip2Architecture { Text.QueryFeedForward: false } sizes)
        {
            yield return $"{nameof(options.Architecture)}: a Q-Former has {nameof(sizes.Text)}.{nameof(sizes.Text.QueryFeedForward)}; start from the text sizes of a {nameof(Blip2Architecture)}.";
        }
    }

    // load_from_pretrained of src/model/blip2/blip2.py takes weights under "model" as they are. Ours also cuts a leading "module." and resizes
    // positions of another picture size (CLIP's with aligned corners). Ignored are the matching head and the temperature of BLIP-2's pretraining.
    private static CheckpointMap CheckpointMapFor(ComposedModelParts parts)
    {
        // The norm after a visual encoder has its width.
        IReadOnlyList<string> replaced = parts.Visual is null ? parts.ReplacedKeys() : [.. parts.ReplacedKeys(), "ln_vision.*"];
        return new CheckpointMap
        {
            Root = "model",
            RemovedPrefixes = ["module."],
            Ignored = ["temp", "itm_head.*", "text_proj.*", .. replaced],
            Optional = ["Qformer.bert.embeddings.position_ids", .. replaced],
            Reshapes = parts.Visual is null
                ? [TensorReshape.Positions("visual_encoder.pos_embed"), TensorReshape.Positions("visual_encoder.positional_embedding", alignCorners: true)]
                : [],
        };
    }
}
