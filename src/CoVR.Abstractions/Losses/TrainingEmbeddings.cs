using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>The embeddings of a batch that loss terms compare.</summary>
/// <param name="Queries">[B, D], one pooled vector per query, with gradient.</param>
/// <param name="Targets">[B, D], one pooled vector per target; null if no term needs them.</param>
/// <param name="TargetCaptions">[B, D]; null if no term needs them.</param>
/// <param name="Temperature">Similarities are divided by this.</param>
public sealed record TrainingEmbeddings(Tensor Queries, Tensor? Targets, Tensor? TargetCaptions, double Temperature);

/// <summary>Embeddings that a loss term reads, beside those of the queries.</summary>
[Flags]
public enum LossInputs
{
    /// <summary>The queries alone.</summary>
    None = 0,

    /// <summary>The embeddings of the targets.</summary>
    Targets = 1,

    /// <summary>The embeddings of the targets' captions; the data must have captions.</summary>
    TargetCaptions = 2,
}
