using CoVR.Media.Sampling;
using CoVR.TestSupport;

namespace CoVR.Media.Tests.Video;

public sealed class HdrVideoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Codes of white light, of which 148 is 203 cd/m² in PQ and 191 in HLG, and what an ordinary screen shows.</summary>
    [Theory]
    [InlineData("smpte2084", 0, 0)]
    [InlineData("smpte2084", 96, 98)]
    [InlineData("smpte2084", 148, 225)]
    [InlineData("smpte2084", 192, 249)]
    [InlineData("smpte2084", 255, 254)]
    [InlineData("arib-std-b67", 0, 0)]
    [InlineData("arib-std-b67", 191, 225)]
    [InlineData("arib-std-b67", 255, 249)]
    public async Task ReadAsync_OfGreyLightAsSeen_IsMappedToAnOrdinaryScreen(string transfer, byte code, int shown)
    {
        var clip = await ClipAsync(transfer, $"0x{code:X2}{code:X2}{code:X2}");

        var (seen, plain) = (await ReadAsync(clip, PictureReading.AsSeen), await ReadAsync(clip, PictureReading.AsPillow));

        Assert.All(seen, channel => Assert.InRange(channel, shown - 3, shown + 3));
        Assert.All(plain, channel => Assert.InRange(channel, code - 2, code + 2));
    }

    [Fact]
    public async Task ReadAsync_OfColouredLightAsSeen_IsMoreSaturated()
    {
        var clip = await ClipAsync("smpte2084", "0x946060");

        var (seen, plain) = (await ReadAsync(clip, PictureReading.AsSeen), await ReadAsync(clip, PictureReading.AsPillow));

        Assert.True(seen[0] - seen[1] > plain[0] - plain[1]);
    }

    [Theory]
    [InlineData("bt709")]
    [InlineData("bt2020-10")]
    public async Task ReadAsync_OfTenBitsOfOrdinaryRange_IsTheSameBothWays(string transfer)
    {
        var clip = await ClipAsync(transfer, "0x946060");

        Assert.Equal(await ReadAsync(clip, PictureReading.AsPillow), await ReadAsync(clip, PictureReading.AsSeen));
    }

    [Fact]
    public async Task AsSeen_OfAReader_MapsVideosOfHighDynamicRange()
    {
        var clip = await ClipAsync("smpte2084", "0x949494");

        var frames = await new MediaFrameReader(options: new MediaOptions { Pictures = PictureReading.AsPillow }).AsSeen.ReadAsync(clip, FrameSamplers.Middle, TestContext.Current.CancellationToken);

        Assert.InRange(frames[0].Rgb.Span[0], 222, 228);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<byte[]> ReadAsync(string clip, PictureReading reading)
    {
        var frames = await new MediaFrameReader(options: new MediaOptions { Pictures = reading }).ReadAsync(clip, FrameSamplers.Middle, TestContext.Current.CancellationToken);
        return frames[0].Rgb[..3].ToArray();
    }

    /// <summary>A lossless clip of one colour in 10 bits, with the names that a stream of high dynamic range carries.</summary>
    private async Task<string> ClipAsync(string transfer, string colour)
    {
        var path = _folder["clip.mkv"];
        await Ffmpeg.RunAsync(
            "-f", "lavfi", "-i", $"color={colour}:size=32x32:rate=5:duration=1,format=rgb24", "-vf", "scale=out_color_matrix=bt2020:out_range=tv", "-pix_fmt", "yuv444p10le",
            "-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc", "-color_range", "tv", "-c:v", "ffv1", path);
        return path;
    }
}
