using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Blip2;

/// <summary>How released LAVIS and CoVR-2 files become the state dict of a <see cref="Blip2Encoder"/>.</summary>
/// <remarks>
/// <c>load_from_pretrained</c> of <c>src/model/blip2/blip2.py</c> takes weights under <c>model</c> as they are. Ours also cuts a
/// leading <c>module.</c> and resizes positions of another picture size (CLIP's with aligned corners); the report says so.
/// The matching head and the temperature of BLIP-2's pretraining are ignored by name.
/// </remarks>
public static class Blip2CheckpointMap
{
    /// <summary>The map of BLIP-2 with its own parts.</summary>
    public static CheckpointMap Default { get; } = For(ComposedModelParts.None);

    /// <summary>The map of BLIP-2 with parts of a host, whose weights the file need not hold.</summary>
    /// <param name="parts">What replaces BLIP-2's own parts.</param>
    /// <returns>The map.</returns>
    public static CheckpointMap For(ComposedModelParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        List<string> ofTheHost = [];
        if (parts.Visual is not null)
        {
            // The norm after a visual encoder has its width.
            ofTheHost.AddRange(["visual_encoder.*", "ln_vision.*"]);
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
            Ignored = ["temp", "itm_head.*", "text_proj.*", .. ofTheHost],
            Optional = ["Qformer.bert.embeddings.position_ids", .. ofTheHost],
            Reshapes = parts.Visual is null
                ? [TensorReshape.Positions("visual_encoder.pos_embed"), TensorReshape.Positions("visual_encoder.positional_embedding", alignCorners: true)]
                : [],
        };
    }
}
