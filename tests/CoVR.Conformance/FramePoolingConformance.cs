using Xunit;

namespace CoVR.Conformance;

/// <summary>What every pooling of frames keeps.</summary>
public abstract class FramePoolingConformance
{
    /// <summary>Makes the pooling under test.</summary>
    protected abstract IFramePooling Create();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(5, 3)]
    [InlineData(15, 2)]
    public void Pool_OfAnyFrames_ReturnsOne(int frames, int vectors)
    {
        var pooled = Create().Pool(SampleEmbeddings.Next(new Random(1), vectors, 6, frames));
        Assert.Equal((1, vectors, 6), (pooled.Frames, pooled.Vectors, pooled.Dimensions));
        Assert.All(pooled.Values.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Pool_OfEqualFrames_ReturnsThatFrame()
    {
        var frame = SampleEmbeddings.Next(new Random(2), 2, 6);
        var pooled = Create().Pool(new EmbeddingSet(Enumerable.Repeat(frame.Values.ToArray(), 7).SelectMany(values => values).ToArray(), 2, 6, 7));
        Assert.All(frame.Values.ToArray().Zip(pooled.Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void Pool_LeavesTheVideoAsItIs()
    {
        var video = SampleEmbeddings.Next(new Random(3), 2, 6, frames: 4);
        var before = video.Values.ToArray();
        var (first, second) = (Create().Pool(video), Create().Pool(video));
        Assert.Equal(first.Values.ToArray(), second.Values.ToArray());
        Assert.Equal(before, video.Values.ToArray());
    }
}
