namespace CoVR.Blip2;

/// <summary>Which weights of a <see cref="Blip2Encoder"/> are trained; the sets of the reference's variants.</summary>
/// <remarks>
/// The language head is frozen in all sets but <see cref="All"/>, and the word embeddings with it: they are one tensor.
/// The visual encoder stays in evaluation mode unless <see cref="Composed"/> or <see cref="All"/> train it.
/// </remarks>
public enum Blip2Trainable
{
    /// <summary>
    /// Queries, Q-Former and <c>text_proj</c>, and the visual encoder if that is asked for; <c>ln_vision</c> is frozen, and
    /// <c>vision_proj</c> because targets are embedded beforehand (<c>blip2_cir.py</c>). With
    /// <see cref="CoVR.Modeling.QueryFusion.Late"/>: the head of the fusion only.
    /// </summary>
    Composed,

    /// <summary>What a text alone goes through in the Q-Former, and <c>text_proj</c> (<c>blip2_cir_text.py</c>).</summary>
    TextOnly,

    /// <summary>Visual encoder, <c>ln_vision</c>, queries and <c>vision_proj</c> (<c>blip2_cir_visual.py</c>).</summary>
    VisualOnly,

    /// <summary>Everything, for instance for a contrastive warm-up of pictures and captions.</summary>
    All,
}
