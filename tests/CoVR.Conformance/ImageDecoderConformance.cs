using Xunit;

namespace CoVR.Conformance;

/// <summary>What every image decoder keeps.</summary>
public abstract class ImageDecoderConformance
{
    /// <summary>Makes the decoder under test.</summary>
    protected abstract IImageDecoder Create();

    /// <summary>A file of a lossless format that the decoder reads, larger than 64 bytes, and what is in it.</summary>
    protected abstract (byte[] File, RgbFrame Picture) Sample { get; }

    [Fact]
    public void Decode_OfALosslessFile_ReturnsItsPixels()
    {
        var (file, picture) = Sample;
        AssertSame(picture, Create().Decode(file, "sample"));
    }

    [Fact]
    public void Decode_OfNothing_SaysEmpty()
    {
        var error = Assert.Throws<MediaReadException>(() => Create().Decode([], "nothing.png"));
        Assert.Equal((MediaFailure.Empty, "nothing.png"), (error.Failure, error.Media));
    }

    [Fact]
    public void Decode_OfNoise_SaysThatItIsNoPicture()
    {
        var noise = new byte[4096];
        new Random(5).NextBytes(noise);
        Assert.Equal("noise.png", Assert.Throws<MediaReadException>(() => Create().Decode(noise, "noise.png")).Media);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    public void Decode_OfAFileCutShort_InventsNoPixels(int part, int of)
    {
        var file = Sample.File;
        Assert.Throws<MediaReadException>(() => Create().Decode(file.AsSpan(0, file.Length * part / of), "cut.png"));
    }

    [Fact]
    public async Task Decode_FromSeveralThreads_ReturnsTheSamePixels()
    {
        var (file, picture) = Sample;
        var decoder = Create();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => decoder.Decode(file, "sample")))), frame => AssertSame(picture, frame));
    }

    private static void AssertSame(RgbFrame expected, RgbFrame actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.Equal(expected.Rgb.ToArray(), actual.Rgb.ToArray());
    }
}
