using CoVR.Retrieval;

namespace CoVR.Tests.Retrieval;

public sealed class FramePoolingTests
{
    private static readonly EmbeddingSet Video = new(new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, 2, 2, 3);

    [Fact]
    public void Mean_IsTakenVectorByVector() => AssertPooled([5, 6, 7, 8], FramePoolings.Mean);

    [Fact]
    public void Middle_OfThreeFrames_IsTheSecond() => AssertPooled([5, 6, 7, 8], FramePoolings.Middle);

    [Fact]
    public void Middle_OfTwoFrames_IsTheSecond() =>
        Assert.Equal([5, 6, 7, 8], FramePoolings.Middle.Pool(Video.SelectFrames([0, 1])).Values.ToArray());

    [Fact]
    public void ScoreWeighted_WithoutScores_IsTheMean() => AssertPooled([5, 6, 7, 8], FramePoolings.ByScores(null));

    [Fact]
    public void ScoreWeighted_WithScoresForOtherFrames_IsTheMean() => AssertPooled([5, 6, 7, 8], FramePoolings.ByScores([1, 2]));

    [Fact]
    public void ScoreWeighted_FollowsTheSoftmax()
    {
        var weights = new[] { 0.1, 0.3, 0.2 }.Select(score => Math.Exp(score / 0.1)).ToArray();
        var expected = ((weights[0] * 1) + (weights[1] * 5) + (weights[2] * 9)) / weights.Sum();
        Assert.Equal(expected, FramePoolings.ByScores([0.1f, 0.3f, 0.2f]).Pool(Video).Values.Span[0], 1e-5);
    }

    [Fact]
    public void ScoreWeighted_WithHugeScores_StaysFinite() => AssertPooled([9, 10, 11, 12], FramePoolings.ByScores([-1e30f, 0, 1e30f]));

    [Fact]
    public void SelectFrames_Outside_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => Video.SelectFrames([3]));

    private static void AssertPooled(float[] expected, IFramePooling pooling)
    {
        var pooled = pooling.Pool(Video);
        Assert.Equal((1, 2, 2), (pooled.Frames, pooled.Vectors, pooled.Dimensions));
        Assert.Equal(expected.Length, pooled.Values.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], pooled.Values.Span[i], 1e-5f);
        }
    }
}
