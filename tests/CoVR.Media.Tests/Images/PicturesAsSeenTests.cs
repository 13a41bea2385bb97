using CoVR.Media.Images;
using SkiaSharp;

namespace CoVR.Media.Tests.Images;

public sealed class PicturesAsSeenTests
{
    private static readonly RgbFrame Corners = Paint(16, 8);

    private readonly SkiaImageDecoder _seen = new(new MediaOptions { Pictures = PictureReading.AsSeen });
    private readonly SkiaImageDecoder _pillow = new();

    [Fact]
    public void Decode_TransparentPixels_AreWhiteWhereSeenAndRubbishForPillow()
    {
        var file = Png(SKColorSpace.CreateSrgb(), (0, 200, 10, 0), (100, 100, 100, 128), (1, 2, 3, 255));

        Assert.Equal([255, 255, 255, 177, 177, 177, 1, 2, 3], _seen.Decode(file, "icon").Rgb.ToArray());
        Assert.Equal([0, 200, 10, 100, 100, 100, 1, 2, 3], _pillow.Decode(file, "icon").Rgb.ToArray());
    }

    [Fact]
    public void Decode_TransparentGif_IsOnWhiteWhereSeen()
    {
        // Three pixels of colours 0, 1 and 2 on a canvas of four; colour 1 is transparent. Codes of three bits: clear, 0, 1, 2, end.
        byte[] file =
        [
            .. "GIF89a"u8, 4, 0, 1, 0, 0x81, 0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 1, 2, 3,
            0x21, 0xF9, 4, 1, 0, 0, 1, 0, 0x2C, 0, 0, 0, 0, 3, 0, 1, 0, 0, 2, 2, 0x44, 0x54, 0, 0x3B,
        ];

        Assert.Equal([10, 20, 30, 255, 255, 255, 70, 80, 90, 255, 255, 255], _seen.Decode(file, "sticker").Rgb.ToArray());
        Assert.Equal([10, 20, 30, 40, 50, 60, 70, 80, 90, 40, 50, 60], _pillow.Decode(file, "sticker").Rgb.ToArray());
    }

    [Theory]
    [InlineData(1, 16, 8, "RGBW")]
    [InlineData(2, 16, 8, "GRWB")]
    [InlineData(3, 16, 8, "WBGR")]
    [InlineData(4, 16, 8, "BWRG")]
    [InlineData(5, 8, 16, "RBGW")]
    [InlineData(6, 8, 16, "BRWG")]
    [InlineData(7, 8, 16, "WGBR")]
    [InlineData(8, 8, 16, "GWRB")]
    public void Decode_ExifOrientation_IsUprightWhereSeenAndIgnoredByPillow(byte orientation, int width, int height, string corners)
    {
        var file = WithOrientation(Jpeg(Corners), orientation);

        var seen = _seen.Decode(file, "phone");
        var stored = _pillow.Decode(file, "phone");

        Assert.Equal((width, height, corners), (seen.Width, seen.Height, CornersOf(seen)));
        Assert.Equal((16, 8, "RGBW"), (stored.Width, stored.Height, CornersOf(stored)));
    }

    [Fact]
    public void Decode_DisplayP3_IsConvertedToSrgbWhereSeenAndAsStoredForPillow()
    {
        using var space = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        var file = Png(space, (200, 100, 50, 255));

        var seen = _seen.Decode(file, "p3").Rgb.ToArray();

        // By the published matrix from linear Display P3 to linear sRGB.
        double red = Linear(200), green = Linear(100), blue = Linear(50);
        Assert.InRange(seen[0], Srgb((1.2249 * red) - (0.2247 * green)) - 1, Srgb((1.2249 * red) - (0.2247 * green)) + 1);
        Assert.InRange(seen[1], Srgb((-0.0420 * red) + (1.0419 * green)) - 1, Srgb((-0.0420 * red) + (1.0419 * green)) + 1);
        Assert.InRange(seen[2], Srgb((-0.0197 * red) - (0.0786 * green) + (1.0979 * blue)) - 1, Srgb((-0.0197 * red) - (0.0786 * green) + (1.0979 * blue)) + 1);
        Assert.Equal([200, 100, 50], _pillow.Decode(file, "p3").Rgb.ToArray());
    }

    [Fact]
    public void Decode_Grey16_IsScaledWhereSeen()
    {
        var file = Grey16Png.Encode(2, 1, (x, _) => (ushort)(x == 0 ? 0x8000 : 0x20), interlaced: false);

        Assert.Equal([128, 128, 128, 0, 0, 0], _seen.Decode(file, "grey").Rgb.ToArray());
        Assert.Equal([255, 255, 255, 32, 32, 32], _pillow.Decode(file, "grey").Rgb.ToArray());
    }

    [Fact]
    public async Task AsSeen_OfAReader_ReadsPicturesAsSeenAndVideosRedFirst()
    {
        var file = Png(SKColorSpace.CreateSrgb(), (0, 200, 10, 0));
        var reader = new MediaFrameReader(_pillow, new MediaOptions { BgrVideos = true });

        var frames = await reader.AsSeen.ReadAsync(MediaSource.FromStream("icon", _ => ValueTask.FromResult<Stream>(new MemoryStream(file))), new FixedSampler(0), TestContext.Current.CancellationToken);

        Assert.Equal([255, 255, 255], frames[0].Rgb.ToArray());
        Assert.Same(reader.AsSeen.AsSeen.GetType(), reader.GetType());
        var plain = new MediaFrameReader(_seen);
        Assert.Same(plain, plain.AsSeen);
    }

    private static double Linear(int value) => value / 255.0 <= 0.04045 ? value / 255.0 / 12.92 : Math.Pow(((value / 255.0) + 0.055) / 1.055, 2.4);

    private static int Srgb(double linear) =>
        (int)Math.Round(255 * (linear <= 0.0031308 ? Math.Max(0, linear) * 12.92 : (1.055 * Math.Pow(Math.Min(1, linear), 1 / 2.4)) - 0.055));

    private static RgbFrame Paint(int width, int height)
    {
        var rgb = new byte[width * height * 3];
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            var (right, low) = (pixel % width >= width / 2, pixel / width >= height / 2);
            rgb[pixel * 3] = (byte)(right == low ? 255 : 0);
            rgb[(pixel * 3) + 1] = (byte)(right ? 255 : 0);
            rgb[(pixel * 3) + 2] = (byte)(low ? 255 : 0);
        }

        return new RgbFrame(width, height, rgb);
    }

    /// <summary>The colours of the corners: top left, top right, bottom left, bottom right.</summary>
    private static string CornersOf(RgbFrame frame) =>
        string.Concat(new[] { (1, 1), (frame.Width - 2, 1), (1, frame.Height - 2), (frame.Width - 2, frame.Height - 2) }.Select(place =>
        {
            var pixel = frame.Rgb.Span.Slice(((place.Item2 * frame.Width) + place.Item1) * 3, 3);
            return (pixel[0] > 127, pixel[1] > 127, pixel[2] > 127) switch
            {
                (true, false, false) => 'R',
                (false, true, false) => 'G',
                (false, false, true) => 'B',
                (true, true, true) => 'W',
                _ => '?',
            };
        }));

    private static byte[] Png(SKColorSpace space, params (byte Red, byte Green, byte Blue, byte Alpha)[] pixels)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(pixels.Length, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul, space));
        pixels.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue, pixel.Alpha }).ToArray().CopyTo(bitmap.GetPixelSpan());
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static byte[] Jpeg(RgbFrame frame) => MediaWriter.EncodeJpeg(frame, 95);

    /// <summary>Puts an EXIF segment with nothing but the orientation behind the start of a JPEG file.</summary>
    internal static byte[] WithOrientation(byte[] jpeg, byte orientation) =>
    [
        .. jpeg.AsSpan(0, 2),
        0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        .. jpeg.AsSpan(2),
    ];
}
