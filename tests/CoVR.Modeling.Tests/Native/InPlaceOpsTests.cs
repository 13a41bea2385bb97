using CoVR.Conformance;
using CoVR.Modeling.Native;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Native;

[Collection("torch")]
public sealed class InPlaceOpsTests
{
    [Fact]
    public void Gelu_Values_AreTheExactFormulaInTheSameTensor()
    {
        using var scope = NewDisposeScope();
        var input = linspace(-6, 6, 241);
        var expected = input * 0.5 * (1 + erf(input / Math.Sqrt(2)));

        var result = InPlaceOps.Gelu_(input);

        Assert.Same(input, result);
        NumericAssert.Close(expected, input, 1e-6, 1e-5, "gelu");
    }

    [Fact]
    public void Gelu_ManyTimes_LeavesNoTensorBehind()
    {
        using var input = ones(4, 4);
        var before = LiveTensors.Settled();

        for (var i = 0; i < 20; i++)
        {
            InPlaceOps.Gelu_(input);
        }

        LiveTensors.AssertNoMoreThan(before);
    }

    [Fact]
    public void Gelu_WhereGradientsAreRecorded_IsRefused()
    {
        using var weight = ones(3).requires_grad_();
        using var product = weight * 2;

        Assert.Throws<InvalidOperationException>(() => InPlaceOps.Gelu_(product));
        using (no_grad())
        {
            Assert.Same(product, InPlaceOps.Gelu_(product));
        }
    }
}
