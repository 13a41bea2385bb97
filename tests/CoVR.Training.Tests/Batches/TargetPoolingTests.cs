using CoVR.Data;
using CoVR.Training.Batches;
using CoVR.Training.Runs;

namespace CoVR.Training.Tests.Batches;

public sealed class TargetPoolingTests
{
    private static readonly EmbeddingSet Video = new(new float[] { 1, 0, 0, 1, 4, 4 }, 1, 2, 3);

    [Fact]
    public void Pool_Scores_WeighsFramesBySoftmaxOverTheTemperature()
    {
        var pooled = TargetPoolings.Of(TargetFramePooling.Query, 15)(Video, Triplet([0.1f, 0.2f, 0.0f]), new Random(1)).Values.ToArray();
        var (a, b, c) = (Math.Exp(1), Math.Exp(2), 1.0);
        Assert.Equal((a + (4 * c)) / (a + b + c), pooled[0], 1e-5);
        Assert.Equal((b + (4 * c)) / (a + b + c), pooled[1], 1e-5);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public void Pool_ScoresMissingOrOfAnotherNumber_CountsAllFramesAlike(int? count)
    {
        var scores = count is { } some ? new float[some] : null;
        var pooled = TargetPoolings.Of(TargetFramePooling.Query, 15)(Video, Triplet(scores), new Random(1)).Values.ToArray();
        Assert.Equal(5f / 3, pooled[0], 1e-5f);
    }

    [Fact]
    public void Pool_FewerFramesThanThereAre_DrawsDistinctOnes()
    {
        var pooling = TargetPoolings.Of(TargetFramePooling.Query, 2);
        var drawn = Enumerable.Range(0, 50).Select(seed => pooling(Video, Triplet(null), new Random(seed)).Values.ToArray()[0]).Distinct().Order();
        Assert.Equal([0.5f, 2f, 2.5f], drawn);
    }

    [Fact]
    public void Mean_FewerFramesThanThereAre_AveragesADrawOfDistinctOnes()
    {
        var pooling = TargetPoolings.Of(TargetFramePooling.Mean, 2);
        var drawn = Enumerable.Range(0, 50).Select(seed => pooling(Video, Triplet([1, 2, 3]), new Random(seed)).Values.ToArray()[0]).Distinct().Order();
        Assert.Equal([0.5f, 2f, 2.5f], drawn);
        Assert.Equal(5f / 3, TargetPoolings.Of(TargetFramePooling.Mean, 15)(Video, Triplet(null), new Random(1)).Values.Span[0], 1e-5f);
    }

    private static Triplet Triplet(float[]? scores) => new("1", new MediaId("r"), "edit", new MediaId("t"), null, scores);
}
