using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Text;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds BLIP-2 to a pipeline.</summary>
public static class Blip2BuilderExtensions
{
    private const string License = "BSD-3-Clause";
    private const string ClipPositions = "visual_encoder.positional_embedding";
    private const string Lavis = "https://storage.googleapis.com/sfr-vision-language-research/LAVIS/models/BLIP2/";

    // 32 tokens in training, up to 32 in validation and 64 in tests, 30 words; captions that are embedded beforehand have up to 512 tokens.
    private static readonly TextInput TextLengths = new(TrainingLength: 32, EvaluationLimit: 64, MaxWords: 30) { CaptionLimit = 512, ValidationLimit = 32 };

    /// <summary>What <see cref="Blip2Architecture.Family"/> returns.</summary>
    internal static ModelFamily Family { get; } = new()
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

    /// <summary>Fills the model slot with BLIP-2, as <c>UseModelFamily</c> does with <see cref="Blip2Architecture.Family"/>.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseBlip2(this ICoVRBuilder builder, Action<ModelOptions> configure) => builder.UseModelFamily(Family, configure);

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
            Reshaped = parts.Visual is null ? ["visual_encoder.pos_embed", ClipPositions] : [],
            Reshape = (key, source, shape) => CheckpointMap.ResizePositions(source, shape, alignCorners: key == ClipPositions),
        };
    }
}
