using CoVR.Conformance;
using ImageMagick;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Media.Magick.Tests;

public sealed class MagickImageDecoderConformanceTests : ImageDecoderConformance
{
    protected override (byte[] File, RgbFrame Picture) Sample { get; } = (MadePictures.Write(MagickFormat.Tiff), MadePictures.Frame);

    protected override IImageDecoder Create() => MagickCoVRBuilderExtensions.CreateDecoder();
}

public sealed class MagickImageDecoderTests
{
    private readonly IImageDecoder _pillow = MagickCoVRBuilderExtensions.CreateDecoder();
    private readonly IImageDecoder _seen = MagickCoVRBuilderExtensions.CreateDecoder(new MediaOptions { Pictures = PictureReading.AsSeen });

    public static TheoryData<MagickFormat, int> Formats => new() { { MagickFormat.Avif, 6 }, { MagickFormat.Tiff, 0 }, { MagickFormat.Jp2, 0 }, { MagickFormat.J2k, 0 }, { MagickFormat.Jxl, 8 } };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_OfEachFormat_GivesItsColours(MagickFormat format, int tolerance)
    {
        var file = MadePictures.Write(format);

        Assert.Equal("RGBW", MadePictures.Corners(_pillow.Decode(file, "p"), tolerance));
        Assert.Equal("RGBW", MadePictures.Corners(_seen.Decode(file, "p"), tolerance));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_OfEachFormatCut_IsATypedError(MagickFormat format, int tolerance)
    {
        var file = MadePictures.Write(format);

        Assert.All([1, 2, 3], part =>
        {
            var error = Assert.Throws<MediaReadException>(() => _seen.Decode(file.AsSpan(0, file.Length * part / 4), "cut"));
            Assert.DoesNotContain("/tmp", error.Message, StringComparison.Ordinal);
        });
        Assert.True(tolerance >= 0);
    }

    [Fact]
    public void Decode_OfHeic_GivesItsColours() => Assert.Equal("RGBW", MadePictures.Corners(_pillow.Decode(new HeifFile().ToArray(), "p"), 6));

    /// <summary>The container turns to the left; EXIF says what the camera's sensor did and is not applied again.</summary>
    [Theory]
    [InlineData(1, 0, "GWRB")]
    [InlineData(2, 0, "WBGR")]
    [InlineData(3, 0, "BRWG")]
    [InlineData(3, 6, "BRWG")]
    [InlineData(2, 3, "WBGR")]
    [InlineData(0, 6, "RGBW")]
    public void Decode_OfATurnedHeic_TurnsItOnce(int turns, byte exif, string corners)
    {
        var file = new HeifFile { Turns = turns, Orientation = exif }.ToArray();

        Assert.Equal(corners, MadePictures.Corners(_seen.Decode(file, "p"), 6));
        Assert.Equal(corners, MadePictures.Corners(_pillow.Decode(file, "p"), 6));
    }

    [Fact]
    public void Decode_OfAGrid_GivesAllTiles()
    {
        var frame = _seen.Decode(new HeifFile { Tiles = [HeifFile.Frame, HeifFile.Frame, HeifFile.Frame] }.ToArray(), "p");

        Assert.Equal((3 * HeifFile.Width, HeifFile.Height), (frame.Width, frame.Height));
        Assert.Equal("RGBW", MadePictures.Corners(frame, 6));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(60)]
    public void Decode_OfAGridWithATileThatIsNotWhole_IsAnError(int length)
    {
        var tile = length == 60 ? new byte[60] : HeifFile.Frame[..length];

        var error = Assert.Throws<MediaReadException>(() => _seen.Decode(new HeifFile { Tiles = [HeifFile.Frame, tile] }.ToArray(), "grid"));

        Assert.Equal((MediaFailure.Truncated, "the image is a grid of 2 tiles, of which tile 2 is not whole."), (error.Failure, error.Reason));
    }

    /// <summary>EXIF orientations 1 to 8; Pillow applies them for TIFF, too.</summary>
    [Theory]
    [InlineData(1, "RGBW")]
    [InlineData(2, "GRWB")]
    [InlineData(3, "WBGR")]
    [InlineData(4, "BWRG")]
    [InlineData(5, "RBGW")]
    [InlineData(6, "BRWG")]
    [InlineData(7, "WGBR")]
    [InlineData(8, "GWRB")]
    public void Decode_OfATurnedPicture_IsUpright(int orientation, string corners)
    {
        Assert.Equal(corners, MadePictures.Corners(_seen.Decode(MadePictures.Write(MagickFormat.Tiff, orientation: orientation), "p")));
        Assert.Equal(corners, MadePictures.Corners(_pillow.Decode(MadePictures.Write(MagickFormat.Tiff, orientation: orientation), "p")));
        Assert.Equal(corners, MadePictures.Corners(_seen.Decode(MadePictures.Write(MagickFormat.Avif, orientation: orientation), "p"), 8));
    }

    [Theory]
    [InlineData(MagickFormat.Tiff, 0)]
    [InlineData(MagickFormat.Avif, 6)]
    [InlineData(MagickFormat.Jp2, 0)]
    public void Decode_OfATransparentPicture_IsOnWhiteOrWithoutAlpha(MagickFormat format, int tolerance)
    {
        var file = MadePictures.Write(format, transparent: true);

        Assert.Equal("wwww", MadePictures.Corners(_seen.Decode(file, "p"), tolerance));
        Assert.Equal("RGBW", MadePictures.Corners(_pillow.Decode(file, "p"), tolerance));
    }

    [Fact]
    public void Decode_OfAPictureWithAProfile_IsInSrgbWhenSeen()
    {
        var file = MadePictures.Write(MagickFormat.Tiff, profile: ColorProfiles.AdobeRGB1998);

        Assert.Equal([200, 30, 30], _pillow.Decode(file, "p").Rgb[..3].ToArray());
        Assert.InRange(_seen.Decode(file, "p").Rgb.Span[0], 220, 240);
    }

    [Fact]
    public void Decode_OfCmyk_IsRgb()
    {
        using var picture = MadePictures.Picture();
        picture.ColorSpace = ColorSpace.CMYK;

        Assert.Equal("RGBW", MadePictures.Corners(_pillow.Decode(picture.ToByteArray(MagickFormat.Tiff), "p"), 2));
    }

    [Fact]
    public void Decode_OfSeveralPages_ReadsTheFirstAndSaysSo()
    {
        using var pages = new MagickImageCollection { MadePictures.Picture(), MadePictures.Picture(), MadePictures.Picture() };
        pages[1].Negate();
        pages[2].Negate();
        var log = new ListLogger();

        var frame = new MagickImageDecoder(new MediaOptions(), log).Decode(pages.ToByteArray(MagickFormat.Tiff), "scan.tif");

        Assert.Equal(MadePictures.Frame.Rgb.ToArray(), frame.Rgb.ToArray());
        Assert.Equal("scan.tif: the first of its 3 pages is read", Assert.Single(log.Lines));
    }

    [Fact]
    public void Decode_OfATooLargePicture_IsRefusedByItsHeader()
    {
        var file = new HeifFile { Announced = (30_000, 30_000) }.ToArray();

        var error = Assert.Throws<MediaReadException>(() => _seen.Decode(file, "bomb.heic"));

        Assert.Equal((MediaFailure.TooLarge, "the image says it has 30000x30000 pixels, more than the 178956970 allowed."), (error.Failure, error.Reason));
        Assert.Throws<MediaReadException>(() => MagickCoVRBuilderExtensions.CreateDecoder(new MediaOptions { MaxPixels = 100 }).Decode(MadePictures.Write(MagickFormat.Tiff), "small limit"));
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("push graphic-context\nimage Over 0,0 0,0 'https://example.com/x.png'\npop graphic-context")]
    [InlineData("%!PS-Adobe-3.0\n")]
    [InlineData("%PDF-1.7\n")]
    [InlineData("<?xml version='1.0'?><image><read filename='/etc/hostname'/></image>")]
    [InlineData("@/etc/hostname")]
    [InlineData("label:x")]
    public void Decode_OfAProgramOfPictures_IsNoPicture(string text)
    {
        var file = System.Text.Encoding.ASCII.GetBytes(text.PadRight(100));

        Assert.Equal(MediaFailure.UnknownFormat, Assert.Throws<MediaReadException>(() => _seen.Decode(file, "p")).Failure);
        foreach (var start in new[] { new HeifFile().ToArray()[..64], "II*\0"u8.ToArray(), [0, 0, 0, 12, .. "jP  "u8], [0xFF, 0x0A] })
        {
            Assert.Throws<MediaReadException>(() => _seen.Decode([.. start, .. file], "p"));
        }
    }

    /// <summary>Whatever a host asks of ImageMagick in this process, it opens no such format any more.</summary>
    [Theory]
    [InlineData("label:x")]
    [InlineData("svg:nothing")]
    [InlineData("https://127.0.0.1:9/x.png")]
    public void Policy_OfTheProcess_RefusesOtherFormats(string name)
    {
        Assert.Equal("RGBW", MadePictures.Corners(_seen.Decode(MadePictures.Write(MagickFormat.Tiff), "p")));

        Assert.ThrowsAny<MagickException>(() => new MagickImage(name).Dispose());
    }

    [Fact]
    public void Decode_OfDamagedFiles_ThrowsTypedErrorsOnly()
    {
        byte[][] seeds = [new HeifFile { Turns = 1, Orientation = 6 }.ToArray(), new HeifFile { Tiles = [HeifFile.Frame, HeifFile.Frame] }.ToArray(), RawFile.Dng(), .. Formats.Select(format => MadePictures.Write((MagickFormat)format.Data.Item1))];
        var random = new Random(12);
        for (var round = 0; round < 600; round++)
        {
            var file = seeds[round % seeds.Length].ToArray();
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            try
            {
                _seen.Decode(file.AsSpan(0, random.Next(4) == 0 ? random.Next(1, file.Length) : file.Length), "damaged");
            }
            catch (MediaReadException)
            {
            }
        }
    }

    [Fact]
    public async Task UseMagickImages_InAPipeline_DecodesAllFormats()
    {
        await using var services = new ServiceCollection().AddCoVR().UseMagickImages().Services.BuildServiceProvider();
        var decoder = services.GetRequiredService<IImageDecoder>();

        Assert.Equal(["AVIF", "BMP", "GIF", "HEIC", "JPEG", "JPEG 2000", "JPEG XL", "PNG", "TIFF", "WebP", "camera RAW"], decoder.Formats.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("Magick.NET 15.1.0", decoder.Formats["HEIC"]);
        var reader = new MediaFrameReader(decoder);
        var media = MediaSource.FromStream("p.heic", _ => ValueTask.FromResult<Stream>(new MemoryStream(new HeifFile().ToArray())));
        var frames = await reader.ReadAsync(media, Sampling.FrameSamplers.Middle, TestContext.Current.CancellationToken);
        Assert.Equal("RGBW", MadePictures.Corners(Assert.Single(frames), 6));
        Assert.Same(_seen, _seen.AsSeen);
    }
}
