using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Inference;

/// <summary>
/// A weight of 8 bits with a scale for each output. Each row of an input gets a scale of its own at each call (dynamic quantization), so that a row's
/// result does not depend on the others of its batch.
/// </summary>
internal sealed class PackedInt8 : PackedWeight
{
    private readonly long _outputs;
    private readonly Tensor _packed;
    private readonly (Tensor Input, Tensor Outputs) _scales;
    private readonly (Tensor Input, Tensor Outputs) _zeros;

    /// <summary>Quantizes a weight.</summary>
    /// <param name="weight">[O, I], float32, finite.</param>
    public PackedInt8(Tensor weight)
    {
        using var scope = NewDisposeScope();
        _outputs = weight.shape[0];
        using Scalar levels = 127.0;
        using Scalar tiny = Int8Rows.SmallestNormal;
        var largest = weight.abs().amax([1], keepdim: true);
        var scale = largest.div(levels).clamp_min_(tiny);
        _packed = Keep(OneDnn.PackInt8(weight.div(scale).round_().to(ScalarType.Int8)));
        _scales = (Keep(ones(1)), Keep(scale.squeeze(1).contiguous()));
        _zeros = (Keep(full([1], Int8Rows.Zero, ScalarType.Int32)), Keep(zeros(_outputs, ScalarType.Int32)));
    }

    public override Tensor Map(Tensor input, Tensor? bias, bool gelu = false)
    {
        var product = Product(input, bias, null, gelu && Vector512.IsHardwareAccelerated);
        return gelu && !Vector512.IsHardwareAccelerated ? Native.InPlaceOps.Gelu_(product) : product;
    }

    public override Tensor MapAndAdd(Tensor input, Tensor? bias, Tensor residual) => Product(input, bias, residual, gelu: false);

    protected override void Dispose(bool disposing)
    {
        foreach (var tensor in (ReadOnlySpan<Tensor>)[_packed, _scales.Input, _scales.Outputs, _zeros.Input, _zeros.Outputs])
        {
            tensor.Dispose();
        }
    }

    private Tensor Product(Tensor input, Tensor? bias, Tensor? residual, bool gelu)
    {
        using var scope = NewDisposeScope();
        if (input.numel() == 0)
        {
            return empty([.. input.shape[..^1], _outputs]).MoveToOuterDisposeScope();
        }

        var rows = input.contiguous().view(-1, input.shape[^1]);
        var quantized = empty(rows.shape, ScalarType.Byte);
        var rowScales = new float[rows.shape[0]];
        Int8Rows.Quantize(Floats(rows), quantized.bytes, rowScales);
        var product = OneDnn.LinearInt8(quantized, _packed, _scales, _zeros);
        Int8Rows.Finish(Floats(product), rowScales, bias is null ? default : Floats(bias), residual is null ? default : Floats(residual.contiguous()), gelu);
        return product.view([.. input.shape[..^1], _outputs]).MoveToOuterDisposeScope();
    }

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
