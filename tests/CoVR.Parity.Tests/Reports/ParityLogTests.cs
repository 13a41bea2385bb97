using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Reports;

/// <summary>How a case of the manifest fails.</summary>
public sealed class ParityLogTests
{
    [Fact]
    public void Run_WithDifferences_FailsOnceWithEveryTensor()
    {
        var error = Assert.ThrowsAny<Exception>(() => ParityLog.Run("group/case", () =>
        {
            NumericAssert.Close([1f], [1f], 0, 0, "group/case blocks.0");
            NumericAssert.Close([1f], [2f], 0, 0, "group/case blocks.1");
            NumericAssert.Close([1f, 1f], [1f], 0, 0, "group/case blocks.2");
        }));
        Assert.Matches(@"(?m)^blocks\.0 .*agrees", error.Message);
        Assert.Matches(@"(?m)^blocks\.1 .*DIFFERS", error.Message);
        Assert.Matches(@"(?m)^blocks\.2 .*SHAPE", error.Message);
        Assert.Contains("group/case: 1 of 3 tensors agree. First divergence: blocks.1 [1]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithAnotherFailure_KeepsItAndAddsTheReport()
    {
        var error = Assert.ThrowsAny<Exception>(() => ParityLog.Run("case", () =>
        {
            NumericAssert.Close([1f], [2f], 0, 0, "loss");
            Assert.Equal(1, 2);
        }));
        Assert.Contains("Assert.Equal", error.Message, StringComparison.Ordinal);
        Assert.Contains("First divergence: loss", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithoutDifferences_Passes() => ParityLog.Run("case", () => NumericAssert.Close([1f, float.NaN], [1f, float.NaN], 0, 0, "loss"));

    [Fact]
    public void Close_OutsideOfACase_FailsAtOnce()
    {
        Assert.Null(ParityLog.Current);
        Assert.ThrowsAny<Exception>(() => NumericAssert.Close([1f], [2f], 0, 0, "loss"));
    }
}
