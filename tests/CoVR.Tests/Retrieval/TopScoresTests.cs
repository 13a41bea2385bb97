using CoVR.Retrieval;

namespace CoVR.Tests.Retrieval;

public sealed class TopScoresTests
{
    [Theory]
    [InlineData(1, 0f)]
    [InlineData(51, 0f)]
    [InlineData(51, -1000f)]
    [InlineData(10, 0.001f)]
    public void Reached_OfNormalScores_IsReachedByAsManyAsWantedAndFewMore(int count, float shift)
    {
        var random = new Random(count);
        for (var round = 0; round < 50; round++)
        {
            float[] scores = [.. Enumerable.Range(0, 2560).Select(i => i % 7 == 0 ? float.NegativeInfinity : ((random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f) * 0.1f) + shift)];
            var reached = TopScores.Reached(scores, count);
            Assert.InRange(scores.Count(score => score >= reached), count, count + 60);
        }
    }

    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(0.5f)]
    public void Reached_OfScoresThatDoNotDiffer_FindsNothing(float score) =>
        Assert.Equal(float.NegativeInfinity, TopScores.Reached([.. Enumerable.Repeat(score, 64)], 3));

    [Fact]
    public void Reached_OfFewerScoresThanWanted_FindsNothing() =>
        Assert.Equal(float.NegativeInfinity, TopScores.Reached([1, 2, 3, .. Enumerable.Repeat(float.NegativeInfinity, 61)], 5));

    [Fact]
    public void Next_FromAnyPlace_FindsEveryScoreThatReachesTheThreshold()
    {
        float[] scores = [.. Enumerable.Range(0, 128).Select(i => i is 0 or 9 or 10 or 31 or 127 ? 1f : 0)];
        List<int> found = [];
        for (var at = TopScores.Next(scores, 0, 1); at < scores.Length; at = TopScores.Next(scores, at + 1, 1))
        {
            found.Add(at);
        }

        Assert.Equal([0, 9, 10, 31, 127], found);
    }

    [Fact]
    public void IndexOfNotFinite_AtAnyPlace_IsTheFirst()
    {
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            for (var at = 0; at < 37; at++)
            {
                float[] values = [.. Enumerable.Range(0, 40).Select(i => i == at || i == 39 ? bad : float.MaxValue)];
                Assert.Equal(at, VectorMath.IndexOfNotFinite(values));
            }
        }

        Assert.Equal(-1, VectorMath.IndexOfNotFinite(new float[40]));
    }
}
