using CoVR.Distributed;
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

    /// <summary>The arithmetic of the encoders; embeddings and losses are in 32 bits. 16-bit floats want the scaled losses of <see cref="TrainingOptions.Precision"/>, which sets both.</summary>
    /// <value><see cref="TrainingPrecision.Float32"/>.</value>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.Float32;

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

    /// <summary>
    /// How many rows go through the model at a time, above 0; null for all. Smaller chunks take less memory, and each row goes
    /// forward twice (cached gradients, arXiv:2101.06983). The loss and, without dropout, the gradients stay those of the whole batch.
    /// </summary>
    /// <value>Null.</value>
    public int? ChunkSize { get; init; }

    /// <summary>
    /// Whether chunks keep their visual tokens, [b, N, C] of each, between both passes when the visual encoder is frozen: it then
    /// runs once, for memory that grows with the batch. Without effect where the visual encoder is trained.
    /// </summary>
    /// <value>False.</value>
    public bool KeepVisualTokens { get; init; }

    /// <summary>The processes whose batches are compared together; null for this one alone. The run needs the same.</summary>
    /// <value>Null.</value>
    public ICollective? Collective { get; init; }
}
