using CoVR.Evaluation;

namespace CoVR.Tests.Evaluation;

public sealed class BootstrapPairedTests
{
    [Fact]
    public void Compare_TenBetterAndTwoWorse_GivesTheExactTail()
    {
        double[] first = [.. Enumerable.Repeat(100.0, 10), 0, 0, 100, 0];
        double[] second = [.. Enumerable.Repeat(0.0, 10), 100, 100, 100, 0];

        var paired = new Bootstrap().Compare(first, second);

        Assert.Equal((10, 2), (paired.Better, paired.Worse));
        Assert.Equal(2 * (1 + 12 + 66) / 4096.0, paired.McNemar, 12);
        Assert.Equal(800 / 14.0, paired.Difference.Value, 9);
        Assert.False(paired.Difference.Contains(0));

        // Of the 4,096 signs of twelve equal differences those with at least ten on one side are as extreme: the same tail.
        Assert.InRange(paired.Permutation, 0.025, 0.055);
    }

    [Fact]
    public void Compare_EqualScores_FindsNothing()
    {
        var paired = new Bootstrap().Compare([100, 0, 100], [100, 0, 100]);

        Assert.Equal((1.0, 1.0, 0, 0), (paired.McNemar, paired.Permutation, paired.Better, paired.Worse));
        Assert.Equal(0, paired.Difference.Value);
    }

    [Fact]
    public void Compare_QueriesOfOneTarget_CountOnceAsEvidence()
    {
        double[] first = [.. Enumerable.Repeat(100.0, 40)], second = new double[40];
        string[] targets = [.. Enumerable.Range(0, 40).Select(i => i < 39 ? "a" : "b")];

        Assert.True(new Bootstrap().Compare(first, second).Permutation < 0.001);
        Assert.InRange(new Bootstrap().Compare(first, second, targets).Permutation, 0.4, 0.6); // two of the four signs
        Assert.True(new Bootstrap { DrawsQueries = true }.Compare(first, second, targets).Permutation < 0.001);
    }

    [Fact]
    public void Compare_WithoutDraws_HasNoIntervalAndNoPermutation()
    {
        var paired = new Bootstrap { Resamples = 0 }.Compare([100, double.NaN], [0, double.NaN]);

        Assert.Equal(100, paired.Difference.Value);
        Assert.True(double.IsNaN(paired.Difference.Low) && double.IsNaN(paired.Permutation));
        Assert.Equal(1, paired.McNemar);
        Assert.Throws<ArgumentException>(() => new Bootstrap().Compare([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => new Bootstrap().Compare([], []));
    }
}
