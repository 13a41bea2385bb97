using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = TorchSharp.Modules.LayerNorm;

namespace CoVR.Modeling.Layers;

/// <summary>One pre-norm block of a vision transformer. Keys: <c>norm1.*</c>, <c>attn.*</c>, <c>norm2.*</c>, <c>mlp.*</c>.</summary>
/// <remarks>Dosovitskiy et al. 2020 (arXiv 2010.11929), in the layout of timm. Safe for concurrent use in evaluation.</remarks>
internal sealed class VisionBlock : nn.Module<Tensor, Tensor>
{
    private readonly double _dropPath;

    [ComponentName(Name = "norm1")]
    private readonly LayerNorm _attentionNorm;

    [ComponentName(Name = "attn")]
    private readonly FusedSelfAttention _attention;

    [ComponentName(Name = "norm2")]
    private readonly LayerNorm _feedForwardNorm;

    [ComponentName(Name = "mlp")]
    private readonly FeedForward _feedForward;

    /// <summary>Allocates a block.</summary>
    /// <param name="options">Sizes and kinds of the transformer.</param>
    /// <param name="dropPath">Probability in [0, 1) with which training drops each of the two branches of a sample.</param>
    /// <param name="device">Where; null for the CPU.</param>
    public VisionBlock(VisionTransformerOptions options, double dropPath, Device? device = null)
        : base(nameof(VisionBlock))
    {
        ArgumentNullException.ThrowIfNull(options);
        _dropPath = dropPath;
        _attentionNorm = nn.LayerNorm(options.Width, options.NormEpsilon, device: device);
        _attention = new FusedSelfAttention(options, device);
        _feedForwardNorm = nn.LayerNorm(options.Width, options.NormEpsilon, device: device);
        _feedForward = new FeedForward(options, device);
        RegisterComponents();
    }

    /// <summary>The maps that close the two branches.</summary>
    internal IEnumerable<Linear> BranchOutputs => [_attention.Output, _feedForward.Output];

    /// <summary>Applies the block.</summary>
    /// <param name="input">[B, N, C]; left as it is.</param>
    /// <returns>[B, N, C].</returns>
    public override Tensor forward(Tensor input)
    {
        var dropPath = training ? _dropPath : 0;
        using var attended = AddBranch(input, _attentionNorm, _attention, dropPath);
        return AddBranch(attended, _feedForwardNorm, _feedForward, dropPath);
    }

    /// <summary>x + branch(norm(x)): half of a pre-norm block, whatever its parts are called.</summary>
    /// <param name="input">x [B, N, C]; left as it is.</param>
    /// <param name="norm">The norm.</param>
    /// <param name="branch">Attention or feed-forward.</param>
    /// <param name="dropPath">Probability with which the branch of a sample is dropped; 0 outside of training.</param>
    internal static Tensor AddBranch<TBranch>(Tensor input, LayerNorm norm, TBranch branch, double dropPath)
        where TBranch : nn.Module<Tensor, Tensor>, IBranch
    {
        using var scope = NewDisposeScope();
        var normed = norm.call(input);
        return (dropPath > 0 ? TensorOps.AddResidual(input, TensorOps.DropPath(branch.call(normed), dropPath, training: true)) : branch.AddTo(input, normed)).MoveToOuterDisposeScope();
    }
}

/// <summary>Attention or feed-forward of a block.</summary>
internal interface IBranch
{
    /// <summary>The branch of an input, added to a residual that is left as it is; both [B, N, C].</summary>
    Tensor AddTo(Tensor residual, Tensor input);
}
