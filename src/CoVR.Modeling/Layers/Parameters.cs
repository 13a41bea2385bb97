using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Modeling.Layers;

/// <summary>Creates parameters that outlive the dispose scope they are created in.</summary>
internal static class Parameters
{
    /// <summary>A trainable parameter with uninitialized values.</summary>
    /// <param name="device">Where; null for the CPU.</param>
    /// <param name="shape">Its sizes; none for a scalar.</param>
    /// <returns>The parameter; the module that registers it disposes it.</returns>
    public static Parameter Uninitialized(Device? device, params long[] shape) => Detached(empty(shape, device: device));

    /// <summary>A trainable parameter of ones.</summary>
    /// <param name="device">Where; null for the CPU.</param>
    /// <param name="shape">Its sizes; none for a scalar.</param>
    /// <returns>The parameter; the module that registers it disposes it.</returns>
    public static Parameter Ones(Device? device, params long[] shape) => Detached(ones(shape, device: device));

    /// <summary>A trainable parameter of zeros.</summary>
    /// <param name="device">Where; null for the CPU.</param>
    /// <param name="shape">Its sizes; none for a scalar.</param>
    /// <returns>The parameter; the module that registers it disposes it.</returns>
    public static Parameter Zeros(Device? device, params long[] shape) => Detached(zeros(shape, device: device));

    /// <summary>A trainable parameter of one number everywhere.</summary>
    /// <param name="device">Where; null for the CPU.</param>
    /// <param name="value">The number.</param>
    /// <param name="shape">Its sizes; none for a scalar.</param>
    /// <returns>The parameter; the module that registers it disposes it.</returns>
    public static Parameter Full(Device? device, double value, params long[] shape) => Detached(full(shape, (float)value, device: device));

    private static Parameter Detached(Tensor values)
    {
        var parameter = new Parameter(values);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
