using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Modeling.Layers;

/// <summary>Normalises the last dimension. Keys: <c>weight</c> [C] (ones at first), <c>bias</c> [C] (zeros at first).</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class LayerNorm : nn.Module<Tensor, Tensor>
{
    private readonly long[] _shape;
    private readonly double _epsilon;

    [ComponentName(Name = "weight")]
    private Parameter _weight;

    [ComponentName(Name = "bias")]
    private Parameter _bias;

    /// <summary>Makes the layer.</summary>
    /// <param name="width">C, at least 1.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="device">Where; null for the CPU.</param>
    public LayerNorm(long width, double epsilon, Device? device = null)
        : base(nameof(LayerNorm))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        _shape = [width];
        _epsilon = epsilon;
        _weight = Parameters.Ones(device, width);
        _bias = Parameters.Zeros(device, width);
        RegisterComponents();
    }

    /// <summary>[C]; owned by the layer.</summary>
    public Tensor Weight => _weight;

    /// <summary>[C]; owned by the layer.</summary>
    public Tensor Bias => _bias;

    /// <summary>Applies the layer.</summary>
    /// <param name="input">[…, C].</param>
    /// <returns>[…, C].</returns>
    public override Tensor forward(Tensor input) => nn.functional.layer_norm(input, _shape, _weight, _bias, _epsilon);
}
