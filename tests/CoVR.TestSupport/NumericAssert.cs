using CoVR.Conformance.Parity;
using Xunit;
using static TorchSharp.torch;

namespace CoVR.TestSupport;

/// <summary>Compares numbers with a stated tolerance; failures say where the largest difference is. In a <see cref="ParityLog"/> they are collected.</summary>
public static class NumericAssert
{
    /// <summary>Holds when |actual - expected| is at most abs + rel * |expected| everywhere; NaN and infinities must agree.</summary>
    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double abs, double rel, string what)
    {
        var tolerance = new ParityTolerance(abs, rel);
        Judge(expected.Length == actual.Length
            ? TensorComparison.Compare(what, Doubles(expected), Doubles(actual), [expected.Length], tolerance)
            : new ParityEntry(what, ParityVerdict.ShapeDiffers, [actual.Length], [expected.Length]) { Tolerance = tolerance });
    }

    /// <summary>Compares two tensors of one shape as 32-bit numbers.</summary>
    public static void Close(Tensor expected, Tensor actual, double abs, double rel, string what)
    {
        using var scope = NewDisposeScope();
        Judge(TensorComparison.Compare(what, Floats(expected), Floats(actual), new ParityTolerance(abs, rel)));
    }

    /// <summary>Compares an expected output of a case with a tensor, with the tolerance of the case.</summary>
    public static void Matches(GoldenCase golden, string output, Tensor actual)
    {
        using var expected = golden.OutputTensor(output);
        Close(expected, actual, golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} {output}");
    }

    private static void Judge(ParityEntry entry)
    {
        if (ParityLog.Current is { } log)
        {
            log.Add(entry);
        }
        else if (entry.Diverges)
        {
            Assert.Fail(entry.ToString());
        }
    }

    private static NpyArray Floats(Tensor tensor) => NpyArray.Of(tensor.detach().to(ScalarType.Float32));

    private static double[] Doubles(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = values[i];
        }

        return result;
    }
}
