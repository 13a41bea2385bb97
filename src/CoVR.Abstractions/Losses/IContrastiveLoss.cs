using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses;

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
