using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>What loss terms see of a batch: embeddings, never the model.</summary>
/// <param name="Queries">[B, D], one pooled vector a query, with gradient.</param>
/// <param name="Targets">[B, D], one pooled vector a target.</param>
/// <param name="TargetCaptions">[B, D], or null when the data has none.</param>
/// <param name="Temperature">Similarities are divided by this.</param>
public sealed record TrainingEmbeddings(Tensor Queries, Tensor Targets, Tensor? TargetCaptions, double Temperature);
