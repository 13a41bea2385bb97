using Xunit;

namespace CoVR.Conformance;

/// <summary>What every image transform keeps.</summary>
public abstract class ImageTransformConformance
{
    /// <summary>Makes the transform under test.</summary>
    protected abstract IImageTransform Create();

    [Theory]
    [InlineData(40, 30)]
    [InlineData(1, 1)]
    [InlineData(3, 500)]
    [InlineData(500, 3)]
    public void Apply_OfAnySize_WritesEveryValueOnce(int width, int height)
    {
        var transform = Create();
        var values = Apply(transform, Noise(width, height), 1);
        Assert.All(values, value => Assert.True(float.IsFinite(value), "A value was not written, or is not finite."));
        for (var channel = 0; channel < 3; channel++)
        {
            var (mean, deviation) = (transform.Input.Mean[channel], transform.Input.Std[channel]);
            Assert.All(values.Chunk(values.Length / 3).ElementAt(channel), value => Assert.InRange((value * deviation) + mean, -1e-3f, 1 + 1e-3f));
        }
    }

    [Fact]
    public void Apply_WithTheSameRandom_GivesTheSameNumbersAndLeavesTheFrame()
    {
        var frame = Noise(60, 45);
        var before = frame.Rgb.ToArray();
        Assert.Equal(Apply(Create(), frame, 3), Apply(Create(), frame, 3));
        Assert.Equal(before, frame.Rgb.ToArray());
    }

    [Fact]
    public void Apply_IntoASpanOfAnotherLength_IsRefused()
    {
        var transform = Create();
        var size = transform.Input.Size;
        Assert.ThrowsAny<ArgumentException>(() => transform.Apply(Noise(8, 8), new Random(1), new float[(3 * size * size) - 1]));
    }

    [Fact]
    public async Task Apply_FromSeveralThreads_GivesTheSameNumbers()
    {
        var (transform, frame) = (Create(), Noise(50, 70));
        var alone = Apply(transform, frame, 5);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Apply(transform, frame, 5)))), values => Assert.Equal(alone, values));
    }

    private static float[] Apply(IImageTransform transform, RgbFrame frame, int seed)
    {
        var values = new float[3 * transform.Input.Size * transform.Input.Size];
        Array.Fill(values, float.NaN);
        transform.Apply(frame, new Random(seed), values);
        return values;
    }

    private static RgbFrame Noise(int width, int height)
    {
        var bytes = new byte[width * height * 3];
        new Random(9).NextBytes(bytes);
        return new RgbFrame(width, height, bytes);
    }
}
