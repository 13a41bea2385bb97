using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>One pre-norm block of a vision transformer. Keys: <c>norm1.*</c>, <c>attn.*</c>, <c>norm2.*</c>, <c>mlp.*</c>.</summary>
/// <remarks>Dosovitskiy et al. 2020 (arXiv 2010.11929), in the layout of timm. Safe for concurrent use in evaluation.</remarks>
public sealed class VisionBlock : nn.Module<Tensor, Tensor>
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
        _attentionNorm = new LayerNorm(options.Width, options.NormEpsilon, device);
        _attention = new FusedSelfAttention(options, device);
        _feedForwardNorm = new LayerNorm(options.Width, options.NormEpsilon, device);
        _feedForward = new FeedForward(options, device);
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    /// <param name="input">[B, N, C]; left as it is.</param>
    /// <returns>[B, N, C].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var attended = Add(input, _attention.call(_attentionNorm.call(input)));
        return Add(attended, _feedForward.call(_feedForwardNorm.call(attended))).MoveToOuterDisposeScope();
    }

    private Tensor Add(Tensor input, Tensor branch) =>
        TensorOps.AddResidual(input, TensorOps.DropPath(branch, _dropPath, training));
}
