using System.Runtime.Intrinsics;
using CoVR.Modeling.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Inference;

[Collection("torch")]
public sealed class VectorFunctionsTests
{
    private static readonly float[] Numbers = [.. Enumerable.Range(-1_400, 2_801).Select(i => i / 100f), -40, 40, 1e-30f, -1e-30f, 1e30f, 0];

    [Fact]
    public void Exp_OfNumbersUpToZero_IsTheExponential() => Assert.All(
        Enumerable.Range(0, 8_700).Select(i => -i / 100f),
        x => Assert.InRange((VectorFunctions.Exp(Vector512.Create(x))[5] / Math.Exp(x)) - 1, -2e-7, 2e-7));

    [Fact]
    public void Gelu_OfManyNumbers_IsLibtorchs()
    {
        using var scope = NewDisposeScope();
        var expected = nn.functional.gelu(tensor(Numbers, ScalarType.Float64)).data<double>();

        Assert.All(Numbers.Zip(expected), pair =>
            Assert.InRange(VectorFunctions.Gelu(Vector512.Create(pair.First))[3] - pair.Second, -3e-7 * (Math.Abs(pair.First) + 1e-9), 3e-7 * (Math.Abs(pair.First) + 1e-9)));
    }

    [Fact]
    public void Functions_OfNaN_AreNaN()
    {
        var nan = Vector512.Create(float.NaN);

        Assert.True(float.IsNaN(VectorFunctions.Exp(nan)[0]));
        Assert.True(float.IsNaN(VectorFunctions.Gelu(nan)[0]));
    }
}
