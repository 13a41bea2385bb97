using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>One named term of the training loss: which embeddings are compared. Its weight is set at registration.</summary>
/// <remarks>Called from the training thread only. A term with learned parameters may also be a module; it is then trained and saved with the model.</remarks>
public interface ILossTerm
{
    /// <summary>The name in logs and configuration, for example <c>si_ti</c>.</summary>
    string Name { get; }

    /// <summary>The embeddings, beside those of the queries, that <see cref="Compute"/> reads. Training prepares only what a term needs.</summary>
    /// <value><see cref="LossInputs.Targets"/>.</value>
    LossInputs Needs => LossInputs.Targets;

    /// <summary>Computes the term.</summary>
    /// <param name="batch">The embeddings of the batch.</param>
    /// <returns>A scalar with gradient; the caller's dispose scope owns it.</returns>
    /// <exception cref="InvalidOperationException">The batch lacks embeddings that the term needs.</exception>
    Tensor Compute(TrainingEmbeddings batch);

    /// <summary>One line that identifies the term: name, loss and parameters. A run state saved with another term is refused, so a term with settings must include them.</summary>
    string Describe() => $"{Name} by {GetType().Name}";
}

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

/// <summary>A loss over the similarities of a batch, where row i and column i belong together.</summary>
/// <remarks>Called from the training thread only; the terms of a pipeline share one.</remarks>
public interface IContrastiveLoss
{
    /// <summary>Computes the loss.</summary>
    /// <param name="logits">[B, B]: similarities of queries (rows) and targets (columns), divided by the temperature.</param>
    /// <returns>A scalar with gradient; the caller's dispose scope owns it.</returns>
    Tensor Compute(Tensor logits);

    /// <summary>One line that identifies the loss: kind and parameters. A run state saved with another loss is refused, so a loss with settings must include them.</summary>
    string Describe() => GetType().Name;
}
