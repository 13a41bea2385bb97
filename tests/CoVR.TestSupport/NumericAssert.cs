using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoVR.TestSupport;

/// <summary>Compares numbers with a stated tolerance; failures say where the largest difference is.</summary>
public static class NumericAssert
{
    /// <summary>Holds when |actual - expected| is at most abs + rel * |expected| everywhere; NaN and infinities must agree.</summary>
    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double abs, double rel, string what)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {actual.Length} values instead of {expected.Length}.");
        var (worst, at) = (0.0, -1);
        for (var i = 0; i < expected.Length; i++)
        {
            var excess = Excess(expected[i], actual[i], abs, rel);
            if (excess > worst)
            {
                (worst, at) = (excess, i);
            }
        }

        if (at >= 0)
        {
            Assert.Fail($"{what}: element {at} of {expected.Length} is {actual[at]:R}, expected {expected[at]:R} (tolerance {abs} + {rel} relative).");
        }
    }

    /// <summary>Compares two tensors of one shape.</summary>
    public static void Close(Tensor expected, Tensor actual, double abs, double rel, string what)
    {
        Assert.True(expected.shape.SequenceEqual(actual.shape), $"{what}: shape [{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}].");
        Close(Values(expected), Values(actual), abs, rel, what);
    }

    /// <summary>Compares an expected output of a case with a tensor, with the tolerance of the case.</summary>
    public static void Matches(GoldenCase golden, string output, Tensor actual)
    {
        using var expected = golden.OutputTensor(output);
        Close(expected, actual, golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} {output}");
    }

    private static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    private static double Excess(float expected, float actual, double abs, double rel)
    {
        if (expected.Equals(actual))
        {
            return 0;
        }

        if (!float.IsFinite(expected) || !float.IsFinite(actual))
        {
            return double.PositiveInfinity;
        }

        return Math.Abs((double)expected - actual) - (abs + (rel * Math.Abs((double)expected)));
    }
}
