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

/// <summary>Checks of sizes that must go together.</summary>
internal static class LayerSizes
{
    /// <summary>Throws unless a size is a multiple of another.</summary>
    public static void RequireMultiple(int size, int divisor, string sizeName, string divisorName)
    {
        if (divisor < 1 || size % divisor != 0)
        {
            throw new ArgumentException($"{sizeName} ({size}) is not a multiple of {divisorName} ({divisor}).");
        }
    }
}

/// <summary>Scalars that every call shares: each new one would be a native allocation that only a finaliser frees.</summary>
internal static class Scalars
{
    /// <summary>1.</summary>
    public static readonly Scalar One = 1.0;

    /// <summary>What is taken from the score of a padded text token, as in BERT.</summary>
    public static readonly Scalar PaddingPenalty = 10000.0;

    /// <summary>What is taken from the score of a padded encoder token: the largest 32-bit float.</summary>
    public static readonly Scalar EncoderPaddingPenalty = (double)float.MaxValue;

    /// <summary>The factor of the sigmoid's argument in <see cref="VisionTransformerOptions.QuickGelu"/>.</summary>
    public static readonly Scalar QuickGeluFactor = 1.702;
}
