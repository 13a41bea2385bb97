using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Blip;

/// <summary>How released BLIP and CoVR files become the state dict of a <see cref="BlipEncoder"/>.</summary>
/// <remarks>
/// Follows <c>load_checkpoint</c> of <c>src/model/blip/blip.py</c>: weights under <c>model</c>, a leading <c>module.</c> is cut,
/// positions of another picture size are resized bicubically. What else such files hold is ignored by name: the
/// matching head, momentum copies and queues of BLIP's retrieval training, its temperature, its text decoder.
/// </remarks>
public static class BlipCheckpointMap
{
    /// <summary>The map of BLIP with its own parts.</summary>
    public static CheckpointMap Default { get; } = For(ComposedModelParts.None);

    /// <summary>The map of BLIP with parts of a host, whose weights the file need not hold.</summary>
    /// <param name="parts">What replaces BLIP's own parts.</param>
    /// <returns>The map.</returns>
    public static CheckpointMap For(ComposedModelParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        List<string> ofTheHost = [];
        if (parts.Visual is not null)
        {
            ofTheHost.Add("visual_encoder.*");
        }

        if (parts.Text is not null)
        {
            ofTheHost.Add("text_encoder.*");
        }

        if (parts.Fusion is not null)
        {
            ofTheHost.Add("fusion.*");
        }

        return new CheckpointMap
        {
            Root = "model",
            RemovedPrefixes = ["module."],
            Ignored =
            [
                "temp", "itm_head.*", "vision_proj.*", "text_decoder.*", "text_decoder_m.*",
                "visual_encoder_m.*", "text_encoder_m.*", "vision_proj_m.*", "text_proj_m.*",
                "image_queue", "text_queue", "idx_queue", "ptr_queue", "queue_ptr",
                .. ofTheHost,
            ],
            Optional = ["text_encoder.embeddings.position_ids", .. ofTheHost],
            Reshapes = parts.Visual is null ? [TensorReshape.Positions("visual_encoder.pos_embed")] : [],
        };
    }
}
