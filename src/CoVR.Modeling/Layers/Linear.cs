using CoVR.Modeling.Families;
using CoVR.Modeling.Inference;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Modeling.Layers;

/// <summary>y = x Wᵀ + b. Keys: <c>weight</c> [outputs, inputs], <c>bias</c> [outputs].</summary>
/// <remarks>
/// Unlike TorchSharp's own layer it draws nothing from the global generator: the values are unset until a
/// <see cref="WeightInitializer"/> or a checkpoint sets them. Safe for concurrent use in evaluation.
/// </remarks>
public sealed class Linear : nn.Module<Tensor, Tensor>, IPackableLayer
{
    private PackedWeight? _packed;

    [ComponentName(Name = "weight")]
    private Parameter _weight;

    [ComponentName(Name = "bias")]
    private Parameter? _bias;

    /// <summary>Allocates the layer.</summary>
    /// <param name="inputs">Width of the input, at least 1.</param>
    /// <param name="outputs">Width of the output, at least 1.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="device">Where; null for the CPU.</param>
    public Linear(long inputs, long outputs, bool bias = true, Device? device = null)
        : base(nameof(Linear))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        _weight = Parameters.Uninitialized(device, outputs, inputs);
        _bias = bias ? Parameters.Uninitialized(device, outputs) : null;
        RegisterComponents();
    }

    /// <summary>[outputs, inputs]; owned by the layer.</summary>
    /// <remarks>
    /// In a model that is not trained it may be packed: then it is opaque, and <c>to_dense()</c> copies the numbers, or has no memory
    /// (<see cref="ModelOptions.Precision"/>). Call the layer instead of multiplying by it.
    /// </remarks>
    public Tensor Weight => _weight;

    /// <summary>[outputs], or null; owned by the layer.</summary>
    public Tensor? Bias => _bias;

    /// <summary>Applies the layer.</summary>
    /// <param name="input">[…, inputs].</param>
    /// <returns>[…, outputs].</returns>
    public override Tensor forward(Tensor input) => Map(input, _bias);

    void IPackableLayer.Pack(ModelPrecision precision)
    {
        (_packed, var weight) = PackedWeight.Create(_weight, precision);
        ConditionallyRegisterParameter("weight", weight);
        _weight.Dispose();
        _weight = weight;
    }

    /// <summary>x Wᵀ + b with another bias than the layer's own.</summary>
    internal Tensor Map(Tensor input, Tensor? bias) =>
        _packed is null ? nn.functional.linear(input, _weight, bias) : Packed(input).Map(input, bias);

    /// <summary>GELU of the layer's output.</summary>
    internal Tensor MapGelu(Tensor input) =>
        _packed is null ? TensorOps.Gelu(call(input)) : Packed(input).Map(input, _bias, gelu: true);

    /// <summary>x Wᵀ + b + residual; the residual [B, N, C] is left as it is.</summary>
    internal Tensor MapAndAdd(Tensor input, Tensor residual) =>
        _packed is null ? TensorOps.AddResidual(residual, call(input)) : Packed(input).MapAndAdd(input, _bias, residual);

    /// <summary>Projects tokens to the common space of queries and targets and normalizes them.</summary>
    /// <param name="tokens">[…, inputs].</param>
    /// <returns>[…, outputs], unit rows; the caller's dispose scope owns it.</returns>
    public Tensor Project(Tensor tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        using var scope = NewDisposeScope();
        return nn.functional.normalize(call(tokens), dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>Projects the first token, which summarizes all, to the common space.</summary>
    /// <param name="tokens">[B, T, inputs].</param>
    /// <returns>[B, outputs], unit rows; the caller's dispose scope owns it.</returns>
    public Tensor ProjectFirst(Tensor tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        using var scope = NewDisposeScope();
        return Project(tokens.select(1, 0)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _packed?.Dispose();
        }

        base.Dispose(disposing);
    }

    private PackedWeight Packed(Tensor input) => PackedWeight.RequireNoGradient(_packed!, input, _weight);
}
