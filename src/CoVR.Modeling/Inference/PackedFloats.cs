using static TorchSharp.torch;

namespace CoVR.Modeling.Inference;

/// <summary>A float32 weight: the same numbers as <c>F.linear</c> up to rounding.</summary>
internal sealed class PackedFloat32(Tensor packed) : PackedWeight
{
    public override Tensor Map(Tensor input, Tensor? bias, bool gelu = false) => OneDnn.Linear(input, packed, bias, gelu);

    public override Tensor MapAndAdd(Tensor input, Tensor? bias, Tensor residual) => OneDnn.LinearAdd(input, packed, bias, residual);

    // The layer owns the tensor: it is its parameter.
    protected override void Dispose(bool disposing)
    {
    }
}

/// <summary>A weight rounded to bfloat16; inputs are rounded for the product, which is summed in float32.</summary>
internal sealed class PackedBFloat16(Tensor weight) : PackedWeight
{
    private readonly Tensor _packed = Pack(weight);

    public override Tensor Map(Tensor input, Tensor? bias, bool gelu = false)
    {
        using var scope = NewDisposeScope();
        var product = OneDnn.Linear(input.to(ScalarType.BFloat16), _packed, bias?.to(ScalarType.BFloat16), gelu);
        return product.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing) => _packed.Dispose();

    private static Tensor Pack(Tensor weight)
    {
        using var rounded = weight.to(ScalarType.BFloat16);
        return Keep(OneDnn.Pack(rounded));
    }
}
