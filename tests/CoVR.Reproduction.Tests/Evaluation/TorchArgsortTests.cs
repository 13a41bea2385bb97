using CoVR.Reproduction.Evaluation;

namespace CoVR.Reproduction.Tests.Evaluation;

public sealed class TorchArgsortTests
{
    /// <summary>Orders that PyTorch 1.13 gave for rows of a matrix, as hashes; the last needs heapsort and has ties.</summary>
    [Theory]
    [InlineData(0, 4, 2166136261u)]
    [InlineData(16, 4, 1410241397u)]
    [InlineData(17, 4, 3602141555u)]
    [InlineData(18, 1, 2767885508u)]
    [InlineData(100, 1, 154239229u)]
    [InlineData(100, 7, 2642176945u)]
    [InlineData(1000, 3, 2855130451u)]
    [InlineData(2556, 2000, 1819364807u)]
    [InlineData(8102, 40, 1400193832u)]
    [InlineData(3000, -2, 3896128523u)]
    public void Ascending_OfTies_IsTheOrderOfTorch(int count, int distinct, uint expected) =>
        Assert.Equal(expected, NumpyArgsortTests.Hash(TorchArgsort.Ascending(NumpyArgsortTests.Values(count, distinct))));
}
