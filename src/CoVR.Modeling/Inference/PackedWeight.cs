using CoVR.Modeling.Families;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Modeling.Inference;

/// <summary>The weight of a linear layer in the layout of a faster product than <c>F.linear</c>'s. For inference only; safe for concurrent use.</summary>
internal abstract class PackedWeight : IDisposable
{
    /// <summary>Packs a weight.</summary>
    /// <param name="weight">[O, I], float32, on the CPU; not disposed.</param>
    /// <param name="precision">What products are computed in.</param>
    /// <returns>
    /// The packed weight, and the parameter that takes the place of the weight in its layer: the packed numbers themselves if they are the original
    /// ones (<c>to_dense()</c> gives them), else one without memory.
    /// </returns>
    public static (PackedWeight Packed, Parameter Parameter) Create(Tensor weight, ModelPrecision precision)
    {
        using var scope = NewDisposeScope();
        var values = weight.detach();
        var kept = new Parameter(precision == ModelPrecision.Float32 ? OneDnn.Pack(values) : empty(weight.shape, device: META), requires_grad: false);
        kept.DetachFromDisposeScope();
        return (precision switch
        {
            ModelPrecision.BFloat16 => new PackedBFloat16(values),
            ModelPrecision.Int8 => new PackedInt8(values),
            _ => new PackedFloat32(kept),
        }, kept);
    }

    /// <summary>x Wᵀ + b, and GELU of it where that is wanted.</summary>
    /// <param name="input">[…, I], float32, without gradient.</param>
    /// <param name="bias">[O] or null.</param>
    /// <param name="gelu">Whether x Φ(x) is applied.</param>
    /// <returns>[…, O], float32; the caller's dispose scope owns it.</returns>
    public abstract Tensor Map(Tensor input, Tensor? bias, bool gelu = false);

    /// <summary>x Wᵀ + b + residual.</summary>
    /// <param name="input">[…, I], float32, without gradient.</param>
    /// <param name="bias">[O] or null.</param>
    /// <param name="residual">[…, O], float32; left as it is.</param>
    /// <returns>[…, O], float32; the caller's dispose scope owns it.</returns>
    public virtual Tensor MapAndAdd(Tensor input, Tensor? bias, Tensor residual) => Map(input, bias).add_(residual, Layers.Scalars.One);

    /// <summary>Throws where a gradient would be recorded.</summary>
    /// <exception cref="InvalidOperationException">The input or the weight wants a gradient.</exception>
    public static PackedWeight RequireNoGradient(PackedWeight packed, Tensor input, Tensor weight) =>
        is_grad_enabled() && (input.requires_grad || weight.requires_grad)
            ? throw new InvalidOperationException(
                $"This layer was packed for inference and cannot be trained: load the model with {nameof(ModelOptions)}.{nameof(ModelOptions.Trainable)} set to what is trained.")
            : packed;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the native memory.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>A tensor that outlives the dispose scope it was made in.</summary>
    protected static Tensor Keep(Tensor tensor) => tensor.DetachFromDisposeScope();
}
