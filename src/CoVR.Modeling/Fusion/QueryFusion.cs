namespace CoVR.Modeling.Fusion;

/// <summary>How a model family makes one query of a picture and a text.</summary>
public enum QueryFusion
{
    /// <summary>The method of the papers: the text looks at the picture's tokens (BLIP), learnt queries look at both (BLIP-2).</summary>
    CrossAttention,

    /// <summary>
    /// Half the embedding of the picture as a target plus half that of the text as a caption, of unit length; nothing is added to the
    /// model (<c>TestWebVidCoVRAvg</c> of <c>src/test/blip2/webvid_covr_exp.py</c>). One vector a query.
    /// </summary>
    Average,

    /// <summary>
    /// A small trained head over the same two embeddings, <c>fusion.*</c>: see <see cref="ComposedArchitecture.Fusion"/>. One vector a query.
    /// </summary>
    Late,
}
