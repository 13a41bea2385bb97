using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Modeling.Layers;

/// <summary>Makes parameters that outlive the dispose scope they are made in.</summary>
internal static class Parameters
{
    /// <summary>A trainable parameter whose values are not set.</summary>
    public static Parameter Uninitialised(Device? device, params long[] shape) => Detached(empty(shape, device: device));

    /// <summary>A trainable parameter of ones.</summary>
    public static Parameter Ones(Device? device, params long[] shape) => Detached(ones(shape, device: device));

    /// <summary>A trainable parameter of zeros.</summary>
    public static Parameter Zeros(Device? device, params long[] shape) => Detached(zeros(shape, device: device));

    private static Parameter Detached(Tensor values)
    {
        var parameter = new Parameter(values);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
