using CoVR.Evaluation;

namespace CoVR.Tests.Evaluation;

public sealed class RetrievalMetricsTests
{
    [Fact]
    public void RankOf_CountsFromOne()
    {
        Assert.Equal(2, RetrievalMetrics.RankOf(Ranking("a", "b"), new MediaId("b")));
        Assert.Null(RetrievalMetrics.RankOf(Ranking("a", "b"), new MediaId("c")));
    }

    [Fact]
    public void RecallAt_CountsTargetsUpToTheCutoff()
    {
        int?[] ranks = [1, 5, 6, null];
        Assert.Equal(25, RetrievalMetrics.RecallAt(ranks, 1));
        Assert.Equal(50, RetrievalMetrics.RecallAt(ranks, 5));
        Assert.Equal(75, RetrievalMetrics.RecallAt(ranks, 100));
    }

    [Fact]
    public void RecallAt_WithoutQueries_IsNoNumber() => Assert.True(double.IsNaN(RetrievalMetrics.RecallAt([], 1)));

    [Fact]
    public void Among_RanksTheMembersAnew()
    {
        var subset = RetrievalMetrics.Among(Ranking("a", "b", "c", "d"), new HashSet<MediaId> { new("d"), new("b") });
        Assert.Equal([("b", 1), ("d", 2)], subset.Select(hit => (hit.Id.Value, hit.Rank)));
    }

    [Fact]
    public void AveragePrecisionAt_DividesByWhatCouldBeFound()
    {
        var relevant = new HashSet<MediaId> { new("a"), new("c"), new("z") };
        Assert.Equal((1 + (2 / 3.0)) / 3, RetrievalMetrics.AveragePrecisionAt(Ranking("a", "b", "c"), relevant, 5), 1e-12);
        Assert.Equal(0.5, RetrievalMetrics.AveragePrecisionAt(Ranking("a", "b", "c"), relevant, 2), 1e-12);
    }

    [Theory]
    [InlineData(2.675, 2, 2.67)] // the double is a little below the half
    [InlineData(0.125, 2, 0.12)] // an exact half goes to the even digit
    [InlineData(0.375, 2, 0.38)]
    [InlineData(66.66666666666667, 2, 66.67)]
    [InlineData(-0.125, 2, -0.12)]
    [InlineData(100.0, 4, 100.0)]
    [InlineData(1e300, 2, 1e300)]
    [InlineData(5e-324, 2, 0.0)]
    [InlineData(2.5, 0, 2.0)]
    public void Round_EqualsPython(double value, int digits, double expected) =>
        Assert.Equal(expected, RetrievalMetrics.Round(value, digits));

    private static SearchHit[] Ranking(params string[] ids) => [.. ids.Select((id, i) => new SearchHit(new MediaId(id), -i, i + 1))];

    /// <summary>Sums that numpy 1.24 gave; one number after the other would give 179357458.85714272.</summary>
    [Theory]
    [InlineData(5, 2706250.714285714)]
    [InlineData(50, 31555418.999999996)]
    [InlineData(300, 179357458.85714284)]
    public void PairwiseSum_OfNumbers_AddsInTheOrderOfNumpy(int count, double expected)
    {
        var (values, state) = (new double[count], 12345L);
        for (var i = 0; i < count; i++)
        {
            state = ((state * 1103515245) + 12345) % (1L << 31);
            values[i] = (state >> 8) / 7.0;
        }

        Assert.Equal(expected, PairwiseSum.Of(values));
    }
}
