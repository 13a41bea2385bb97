using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>InfoNCE: the cross entropy of the correct pairs, averaged over both directions.</summary>
/// <remarks>
/// van den Oord et al., "Representation Learning with Contrastive Predictive Coding" (arXiv:1807.03748), in the symmetric
/// form of CLIP (arXiv:2103.00020); <c>CrossEntropyLoss</c> of CoVR's <c>src/model/blip/loss.py</c>. A batch of one has
/// loss 0. Instances are immutable and safe for use from several threads.
/// </remarks>
public sealed class CrossEntropyContrastiveLoss : IContrastiveLoss
{
    /// <inheritdoc/>
    public string Describe() => "cross entropy";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The logits are not square.</exception>
    public Tensor Compute(Tensor logits)
    {
        var count = Logits.RequireSquare(logits);
        using var scope = NewDisposeScope();
        using Scalar half = 0.5;
        var labels = arange(count, ScalarType.Int64, logits.device);
        var rows = nn.functional.cross_entropy(logits, labels);
        var columns = nn.functional.cross_entropy(logits.t(), labels);
        return rows.add(columns).mul(half).MoveToOuterDisposeScope();
    }
}
