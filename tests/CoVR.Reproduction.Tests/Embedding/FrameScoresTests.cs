using CoVR.Reproduction.Embedding;

namespace CoVR.Reproduction.Tests.Embedding;

public sealed class FrameScoresTests
{
    /// <summary>Python: <c>str([round(x, 4)])</c> of the float32 value.</summary>
    [Theory]
    [InlineData(0.03125f, "[0.0312]")]
    [InlineData(0.09375f, "[0.0938]")]
    [InlineData(-0.00001f, "[-0.0]")]
    [InlineData(0.28063f, "[0.2806]")]
    [InlineData(1f, "[1.0]")]
    [InlineData(0.99996f, "[1.0]")]
    [InlineData(-0.5f, "[-0.5]")]
    [InlineData(0.00015f, "[0.0002]")]
    public void Compute_RoundsAndWritesAsPython(float score, string expected) =>
        Assert.Equal(expected, FrameScores.Format(FrameScores.Compute(new EmbeddingSet(new[] { score }, 1, 1), [1f])));

    [Fact]
    public void Compute_OfSeveralFramesAndVectors_IsTheMeanOfEachFramesProducts()
    {
        float[] values = [1, 0, 0, 1, /* frame 2 */ 2, 2, 0, 4];
        Assert.Equal([0.4, 2.0], FrameScores.Compute(new EmbeddingSet(values, 2, 2, 2), [0.2f, 0.6f]));
    }

    [Fact]
    public void Format_OfNothing_IsAnEmptyList() => Assert.Equal("[]", FrameScores.Format([]));

    [Fact]
    public void Compute_OfOtherDimensions_IsRefused() =>
        Assert.Throws<ArgumentException>(() => FrameScores.Compute(new EmbeddingSet(new float[2], 1, 2), [1f]));
}
