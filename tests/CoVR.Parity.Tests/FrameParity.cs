using CoVR.Conformance.Parity;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>Pictures of the fixtures.</summary>
internal static class FrameParity
{
    /// <summary>A picture of an array [H, W, 3].</summary>
    internal static RgbFrame Read(NpyArray array) => new((int)array.Shape[1], (int)array.Shape[0], array.UInt8);

    /// <summary>Holds when the sizes agree and no byte differs by more than the case allows.</summary>
    internal static void Close(GoldenCase golden, string output, RgbFrame actual)
    {
        var expected = golden.Output(output);
        Assert.Equal([actual.Height, actual.Width, 3], expected.Shape);
        var bytes = expected.UInt8;
        var worst = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            worst = Math.Max(worst, Math.Abs(bytes[at] - actual.Rgb.Span[at]));
        }

        Assert.True(worst <= golden.ByteTolerance, $"{golden.Id} {output}: a byte differs by {worst}, allowed are {golden.ByteTolerance}.");
    }
}
