using CoVR.Modeling;
using TorchSharp;

namespace CoVR.Training;

/// <summary>How <see cref="ComposedTrainingStep"/> computes embeddings.</summary>
public sealed record ComposedTrainingStepOptions
{
    /// <summary>Similarities are divided by this; above 0.</summary>
    /// <value>0.07.</value>
    public double Temperature { get; init; } = 0.07;

    /// <summary>What queries look at: both parts, or the text or the reference alone for the papers' baselines.</summary>
    /// <value><see cref="QueryParts.Both"/>.</value>
    public QueryParts Parts { get; init; } = QueryParts.Both;

    /// <summary>
    /// Whether pooled targets are brought to unit length. Null does as the reference: BLIP (one vector) does, BLIP-2 (many
    /// vectors, unit length each, then averaged) does not.
    /// </summary>
    /// <value>Null.</value>
    public bool? NormalizeTargets { get; init; }

    /// <summary>Whether captions that the model encodes are learnt from; stored caption embeddings never are.</summary>
    /// <value>True.</value>
    public bool CaptionGradients { get; init; } = true;

    /// <summary>Where the model is; null for the CPU.</summary>
    /// <value>Null.</value>
    public torch.Device? Device { get; init; }
}
