using CoVR.Media.Sampling;

namespace CoVR.Media.Tests.Sampling;

public sealed class FrameSamplersTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(9, 4)]
    [InlineData(300, 150)]
    public void Select_Middle_IsHalfTheCount(int count, int expected) => Assert.Equal([expected], FrameSamplers.Middle.Select(count));

    [Theory]
    [InlineData(20, 5, new[] { 1, 5, 9, 13, 17 })]
    [InlineData(4, 15, new[] { 0, 1, 2, 3 })]
    [InlineData(10, 3, new[] { 1, 4, 7 })]
    public void Select_Uniform_IsTheMiddleOfEachSegment(int count, int segments, int[] expected) =>
        Assert.Equal(expected, FrameSamplers.UniformSegments(segments).Select(count));

    [Theory]
    [InlineData(4, 6, new[] { 0, 0, 1, 2, 0, 0 })]
    [InlineData(20, 2, new[] { 3, 13 })]
    public void Select_Preceding_IsOneFrameEarlyAndRepeatsShortVideos(int count, int frames, int[] expected) =>
        Assert.Equal(expected, new PrecedingFrameSampler(frames).Select(count));

    [Fact]
    public void Select_Random_IsRepeatableAndReachesEveryFrame()
    {
        var (first, again) = (FrameSamplers.Random(3), FrameSamplers.Random(3));

        var drawn = Enumerable.Range(0, 300).Select(_ => first.Select(7).Single()).ToArray();

        Assert.Equal(drawn, Enumerable.Range(0, 300).Select(_ => again.Select(7).Single()));
        Assert.Equal(Enumerable.Range(0, 7), drawn.Distinct().Order());
    }

    [Fact]
    public void Name_OfEachSampler_TellsThemApart()
    {
        IFrameSampler[] samplers =
            [FrameSamplers.Middle, FrameSamplers.Random(3), FrameSamplers.UniformSegments(15), FrameSamplers.UniformSegments(8), new PrecedingFrameSampler(15)];

        Assert.Equal(["middle", "random-3", "uniform-15", "uniform-8", "preceding-15"], samplers.Select(sampler => sampler.Name));
    }

    [Fact]
    public void Select_NoFrames_IsRefused()
    {
        IFrameSampler[] samplers = [FrameSamplers.Middle, FrameSamplers.Random(3), FrameSamplers.UniformSegments(15), new PrecedingFrameSampler(15)];

        Assert.All(samplers, sampler => Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Select(0)));
    }
}
