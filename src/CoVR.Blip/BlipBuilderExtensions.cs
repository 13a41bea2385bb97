using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Text;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds BLIP to a pipeline.</summary>
public static class BlipBuilderExtensions
{
    private const string License = "BSD-3-Clause";

    // 35 tokens in training, up to 64 in tests, 30 words; captions that are embedded beforehand have up to 30 tokens.
    private static readonly TextInput TextLengths = new(TrainingLength: 35, EvaluationLimit: 64, MaxWords: 30) { CaptionLimit = 30 };

    /// <summary>What <see cref="BlipArchitecture.Family"/> returns.</summary>
    internal static ModelFamily Family { get; } = new()
    {
        Name = "blip",
        Variants =
        [
            new("large", BlipArchitecture.Large, TextLengths, "salesforce/BLIP, model_large_retrieval_coco.pth", License),
            new("large-covr", BlipArchitecture.Large, TextLengths, "lucas-ventura/CoVR, webvid-covr.ckpt", "MIT, on weights of BLIP (BSD-3-Clause)"),
            new("base", BlipArchitecture.Base, TextLengths, "salesforce/BLIP, model_base_retrieval_coco.pth", License),
        ],
        AddedTokens = [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken],
        CreateEncoder = (architecture, tokenizer, parts) => new BlipEncoder((BlipArchitecture)architecture with { EncoderToken = tokenizer.EncId }, parts),
        GetCheckpointMap = CheckpointMapFor,
        FindFaults = FindFaults,
    };

    /// <summary>Fills the model slot with BLIP, as <c>UseModelFamily</c> does with <see cref="BlipArchitecture.Family"/>.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseBlip(this ICoVRBuilder builder, Action<ModelOptions> configure) => builder.UseModelFamily(Family, configure);

    private static IEnumerable<string> FindFaults(ModelOptions options)
    {
        if (options.Architecture is BlipArchitecture { VisionHead: false } own && (options.Fusion ?? own.Fusion) != QueryFusion.CrossAttention)
        {
            yield return $"{nameof(options.Fusion)}: average and late fusion embed the reference as a target, which needs {nameof(options.Architecture)}.{nameof(own.VisionHead)}.";
        }
    }

    // Follows load_checkpoint of src/model/blip/blip.py: weights under "model", a leading "module." is cut, positions of another picture size
    // are resized. Ignored are the matching head, momentum copies and queues of BLIP's retrieval training, its temperature and its text decoder.
    private static CheckpointMap CheckpointMapFor(ComposedModelParts parts)
    {
        var replaced = parts.ReplacedKeys();
        return new CheckpointMap
        {
            Root = "model",
            RemovedPrefixes = ["module."],
            Ignored =
            [
                "temp", "itm_head.*", "vision_proj.*", "text_decoder.*", "text_decoder_m.*",
                "visual_encoder_m.*", "text_encoder_m.*", "vision_proj_m.*", "text_proj_m.*",
                "image_queue", "text_queue", "idx_queue", "ptr_queue", "queue_ptr",
                .. replaced,
            ],
            Optional = ["text_encoder.embeddings.position_ids", .. replaced],
            Reshaped = parts.Visual is null ? ["visual_encoder.pos_embed"] : [],
        };
    }
}
