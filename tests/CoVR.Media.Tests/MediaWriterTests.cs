using CoVR.Media.Images;
using CoVR.TestSupport;

namespace CoVR.Media.Tests;

public sealed class MediaWriterTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 3)]
    [InlineData(64, 48)]
    [InlineData(33, 2)]
    public void EncodePng_AnyFrame_DecodesToTheSamePixels(int width, int height)
    {
        var frame = Pictures.Gradient(width, height);

        var decoded = new SkiaImageDecoder().Decode(MediaWriter.EncodePng(frame), "picture");

        Assert.Equal((width, height), (decoded.Width, decoded.Height));
        Assert.Equal(frame.Rgb.ToArray(), decoded.Rgb.ToArray());
    }

    [Fact]
    public void WritePng_FileExists_IsReplacedAndNothingElseIsLeft()
    {
        using var folder = new TemporaryFolder();
        var path = folder["new", "picture.png"];
        MediaWriter.WritePng(path, Pictures.Gradient(8, 8));

        MediaWriter.WritePng(path, Pictures.Flat(4, 2, 1, 2, 3));

        var decoded = new SkiaImageDecoder().Decode(File.ReadAllBytes(path), path);
        Assert.Equal((4, 2), (decoded.Width, decoded.Height));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }
}
