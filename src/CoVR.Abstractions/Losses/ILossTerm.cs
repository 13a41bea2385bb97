using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>One named term of the training loss: which embeddings are compared. Its weight is given at registration.</summary>
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

/// <summary>A loss term with its weight in the sum.</summary>
/// <param name="Term">The term.</param>
/// <param name="Weight">Its factor, finite and not negative.</param>
public sealed record WeightedLossTerm(ILossTerm Term, double Weight);
