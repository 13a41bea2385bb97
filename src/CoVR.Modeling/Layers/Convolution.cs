using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Modeling.Layers;

/// <summary>A convolution with a square kernel. Keys: <c>weight</c> [outputs, inputs, kernel, kernel], <c>bias</c> [outputs].</summary>
/// <remarks>Values are unset until a <see cref="WeightInitializer"/> or a checkpoint sets them. Safe for concurrent use.</remarks>
internal sealed class Convolution : nn.Module<Tensor, Tensor>
{
    private readonly long[] _stride;
    private readonly long[] _padding;

    [ComponentName(Name = "weight")]
    private Parameter _weight;

    [ComponentName(Name = "bias")]
    private Parameter? _bias;

    /// <summary>Allocates the layer.</summary>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">Step in both directions; zeros are added so that a kernel larger than it stays centred.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="device">Where; null for the CPU.</param>
    public Convolution(long inputs, long outputs, long kernel, long stride, bool bias = true, Device? device = null)
        : base(nameof(Convolution))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        _stride = [stride, stride];
        var padding = kernel > stride ? (kernel - 1) / 2 : 0;
        _padding = [padding, padding];
        _weight = Parameters.Uninitialized(device, outputs, inputs, kernel, kernel);
        _bias = bias ? Parameters.Uninitialized(device, outputs) : null;
        RegisterComponents();
    }

    /// <summary>[outputs, inputs, kernel, kernel]; owned by the layer.</summary>
    public Tensor Weight => _weight;

    /// <summary>[outputs], or null; owned by the layer.</summary>
    public Tensor? Bias => _bias;

    /// <summary>Applies the layer.</summary>
    /// <param name="input">[B, inputs, height, width].</param>
    /// <returns>[B, outputs, height / stride, width / stride].</returns>
    public override Tensor forward(Tensor input) => nn.functional.conv2d(input, _weight, _bias, _stride, _padding);
}
