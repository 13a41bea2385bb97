using CoVR.TestSupport.Robustness;
using ImageMagick;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Media.Magick.Tests;

public sealed class MagickImageFuzzTests
{
    private const int Share = 400;

    [Theory]
    [InlineData("heic", "ftyp", "heic", "mif1", "meta", "iloc", "iprp", "ipco", "ispe", "irot", "grid", "hvcC", "mdat")]
    [InlineData("avif", "ftyp", "avif", "meta", "iloc", "iprp", "ispe", "irot", "av1C", "mdat")]
    [InlineData("tif", "II*\0", "MM\0*", "II+\0")]
    [InlineData("jp2", "jP  ", "ftypjp2 ", "jp2h", "ihdr", "colr", "jp2c", "\u00ff\u004f", "\u00ff\u0051")]
    [InlineData("jxl", "JXL ", "jxlc", "jxlp", "\u00ff\n")]
    public void Decode_Mutants_GiveWholePicturesOrAreRefused(string format, params string[] tokens)
    {
        byte[][] seeds = format switch
        {
            "heic" => [new HeifFile().ToArray(), new HeifFile { Turns = 3, Orientation = 6 }.ToArray()],
            "avif" => [MadePictures.Write(MagickFormat.Avif)],
            "tif" => [MadePictures.Write(MagickFormat.Tiff), MadePictures.Write(MagickFormat.Tiff, orientation: 6, transparent: true)],
            "jp2" => [MadePictures.Write(MagickFormat.Jp2), MadePictures.Write(MagickFormat.J2k)],
            _ => [MadePictures.Write(MagickFormat.Jxl)],
        };

        ImageFuzz.Run(format, Share, MagickCoVRBuilderExtensions.CreateDecoder(new MediaOptions { MaxPixels = ImageFuzz.MaxPixels }), [.. seeds, .. Fuzz.Seeds("." + format)], tokens);
    }
}
