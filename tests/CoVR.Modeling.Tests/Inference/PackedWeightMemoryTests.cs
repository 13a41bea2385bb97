using CoVR.Modeling.Families;
using CoVR.Modeling.Inference;
using CoVR.Modeling.Layers;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Inference;

[Collection("alone")]
public sealed class PackedWeightMemoryTests
{
    private const int Calls = 10_000;
    private const long AllowedBytes = 8L << 20;

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.BFloat16)]
    [InlineData(ModelPrecision.Int8)]
    public void Map_TenThousandCalls_LeavesNoTensorAndNoMemoryBehind(ModelPrecision precision)
    {
        using var noGrad = no_grad();
        using var layer = new Linear(64, 96);
        layer.Weight.normal_();
        layer.Bias!.zero_();
        using var input = randn(5, 64);
        using var residual = randn(1, 5, 96);
        ((IPackableLayer)layer).Pack(precision);
        Run(layer, input, residual);
        var (resident, tensors) = Settled();

        Run(layer, input, residual);

        var (residentAfter, tensorsAfter) = Settled();
        Assert.InRange(tensorsAfter, 0, tensors);
        Assert.InRange(residentAfter - resident, long.MinValue, AllowedBytes);
    }

    private static void Run(Linear layer, Tensor input, Tensor residual)
    {
        for (var i = 0; i < Calls; i++)
        {
            using var scope = NewDisposeScope();
            _ = layer.call(input);
            _ = layer.MapGelu(input);
            _ = layer.MapAndAdd(input.unsqueeze(0), residual);
        }
    }

    private static (long Resident, long Tensors) Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return (Environment.WorkingSet, Tensor.TotalCount);
    }
}
