using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = TorchSharp.Modules.LayerNorm;

namespace CoVR.Modeling.Layers;

/// <summary>A linear map, dropout, the residual and a norm after it. Keys: <c>dense.*</c>, <c>LayerNorm.*</c>.</summary>
internal sealed class BertOutput : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly double _dropout;

    [ComponentName(Name = "dense")]
    private readonly Linear _dense;

    [ComponentName(Name = "LayerNorm")]
    private readonly LayerNorm _norm;

    public BertOutput(BertOptions options, int inputWidth, Device? device)
        : base(nameof(BertOutput))
    {
        _dropout = options.Dropout;
        _dense = new Linear(inputWidth, options.Width, device: device);
        _norm = nn.LayerNorm(options.Width, options.NormEpsilon, device: device);
        RegisterComponents();
    }

    /// <summary>norm(dropout(dense(x)) + residual).</summary>
    public override Tensor forward(Tensor input, Tensor residual)
    {
        using var scope = NewDisposeScope();
        var sum = training && _dropout > 0
            ? TensorOps.AddResidual(residual, nn.functional.dropout(_dense.call(input), _dropout, training))
            : _dense.MapAndAdd(input, residual);
        return _norm.call(sum).MoveToOuterDisposeScope();
    }
}
