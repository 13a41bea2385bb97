using CoVR.Media.Images;
using CoVR.Media.Tests.Video;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;

namespace CoVR.Media.Tests.Images;

/// <summary>Broken pictures; a decoder or a format more is a line more.</summary>
public sealed class ImageFuzzTests : IDisposable
{
    private const int Share = 2_000;
    private static readonly string[] Odd = ["-vf", "scale=21:13"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("png", "rgb24 rgba gray gray16be pal8 monob rgb48be ya8", "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "iCCP", "gAMA", "eXIf", "acTL")]
    [InlineData("jpg", "yuvj420p yuvj444p gray", "\u0001", "Exif\0\0MM\0*", "ICC_PROFILE\0", "Adobe", "JFIF\0")]
    [InlineData("jpg by Skia", "yuvj420p yuvj444p gray", "\u0001", "Exif\0\0MM\0*", "ICC_PROFILE\0", "Adobe", "JFIF\0")]
    [InlineData("gif", "pal8 rgb8 gray", "GIF89a", "NETSCAPE2.0", ",\0\0", "!")]
    [InlineData("webp", "yuv420p bgra yuva420p", "RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ALPH", "EXIF", "ANIM", "ANMF")]
    [InlineData("bmp", "bgr24 bgra rgb565le rgb555le pal8 monob gray", "BM", "(\0\0\0", "l\0\0\0", "|\0\0\0")]
    public async Task Decode_Mutants_GiveWholePicturesOrAreRefused(string name, string pixels, params string[] tokens)
    {
        var format = name.Split(' ')[0];
        List<byte[]> seeds = [];
        foreach (var pixel in pixels.Split(' '))
        {
            foreach (var size in new[] { [], Odd })
            {
                var path = _folder[$"{pixel}{size.Length}.{format}"];
                await Ffmpeg.RunAsync(["-f", "lavfi", "-i", "testsrc2=size=40x24", "-frames:v", "1", .. size, "-pix_fmt", pixel, path]);
                seeds.Add(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
            }
        }

        ImageFuzz.Run(name, format == "jpg" ? Share / 2 : Share, new SkiaImageDecoder(new MediaOptions { MaxPixels = ImageFuzz.MaxPixels }, name == format ? TurboJpeg.Shared : null), [.. seeds, .. Fuzz.Seeds("." + format)], tokens);
    }
}
