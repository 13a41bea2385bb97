using CoVR.Modeling.Native;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Operations that overwrite their input if no gradient is recorded.</summary>
internal static class TensorOps
{
    /// <summary>x + branch; writes over <paramref name="branch"/>, never over <paramref name="x"/>, when no gradient is recorded.</summary>
    /// <param name="x">What enters a block.</param>
    /// <param name="branch">What the block computed: a buffer that nothing else reads.</param>
    public static Tensor AddResidual(Tensor x, Tensor branch) =>
        is_grad_enabled() ? x.add(branch, Scalars.One) : branch.add_(x, Scalars.One);

    /// <summary>The non-linearity; writes over <paramref name="x"/> when no gradient is recorded.</summary>
    /// <param name="x">A buffer that nothing else reads.</param>
    /// <param name="quick">x σ(1.702 x) instead of x Φ(x).</param>
    public static Tensor Gelu(Tensor x, bool quick = false) => quick ? QuickGelu(x) : is_grad_enabled() ? x.gelu() : InPlaceOps.Gelu_(x);

    /// <summary>Drops whole samples of a residual branch with probability p and scales the others by 1 / (1 - p).</summary>
    /// <param name="branch">[B, …].</param>
    /// <param name="probability">p in [0, 1).</param>
    /// <param name="training">Nothing is dropped outside of training.</param>
    /// <remarks>
    /// Stochastic depth (Huang et al. 2016, arXiv 1603.09382) as timm's DropPath applies it. The draw is made on the CPU
    /// whatever the device: one generator to seed, and to set back in <see cref="ActivationCheckpoint"/>.
    /// </remarks>
    public static Tensor DropPath(Tensor branch, double probability, bool training)
    {
        if (!training || probability <= 0)
        {
            return branch;
        }

        using var scope = NewDisposeScope();
        var shape = new long[branch.dim()];
        Array.Fill(shape, 1);
        shape[0] = branch.shape[0];
        using TorchSharp.Scalar keep = 1 - probability;
        var kept = empty(shape).bernoulli_(1 - probability).div_(keep);
        return branch.mul(kept.to(branch.dtype, branch.device)).MoveToOuterDisposeScope();
    }

    private static Tensor QuickGelu(Tensor x)
    {
        using var gate = x.mul(Scalars.QuickGeluFactor).sigmoid_();
        return is_grad_enabled() ? x.mul(gate) : x.mul_(gate);
    }
}
