using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>One named part of the training loss: which embeddings are compared. Its weight belongs to the registration.</summary>
/// <remarks>Called from the training thread only. A term with learnt parameters may be a module too; the trainer then trains it.</remarks>
public interface ILossTerm
{
    /// <summary>The name in logs and configuration, for example <c>si_ti</c>.</summary>
    string Name { get; }

    /// <summary>Computes the term.</summary>
    /// <param name="batch">The embeddings of the batch.</param>
    /// <returns>A scalar with gradient; the caller's dispose scope owns it.</returns>
    /// <exception cref="InvalidOperationException">The batch lacks embeddings that the term needs.</exception>
    Tensor Compute(TrainingEmbeddings batch);

    /// <summary>One line that tells two terms apart: name, loss and numbers. A run state of another term is refused, so a term with settings of its own states them here.</summary>
    string Describe() => $"{Name} by {GetType().Name}";
}

/// <summary>A loss term with its weight in the sum.</summary>
/// <param name="Term">The term.</param>
/// <param name="Weight">Its factor, finite and not negative.</param>
public sealed record WeightedLossTerm(ILossTerm Term, double Weight);
