using SkiaSharp;

namespace CoVR.Media;

/// <summary>Writes frames as PNG files, and encodes them as PNG or JPEG.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public static class ImageWriter
{
    private const int CompressionLevel = 6;

    /// <summary>Encodes a frame as 8-bit RGB PNG; decoding gives the same pixels.</summary>
    /// <param name="frame">The picture.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] EncodePng(RgbFrame frame) =>
        Encode(frame, pixmap => pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, CompressionLevel)));

    /// <summary>Encodes a frame as JPEG, for pictures that are only looked at.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="quality">1 to 100; 80 suits small pictures.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] EncodeJpeg(RgbFrame frame, int quality = 80)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        return Encode(frame, pixmap => pixmap.Encode(new SKJpegEncoderOptions(quality)));
    }

    /// <summary>Writes a PNG file: beside its place first, then renamed, so that no half-written file is ever seen.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder is made when missing.</param>
    /// <param name="frame">The picture.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WritePng(string path, RgbFrame frame)
    {
        using var file = new PendingFile(path);
        File.WriteAllBytes(file.TemporaryPath, EncodePng(frame));
        file.Commit();
    }

    private static unsafe byte[] Encode(RgbFrame frame, Func<SKPixmap, SKData?> encode)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var rgba = GC.AllocateUninitializedArray<byte>(checked(frame.Width * frame.Height * 4));
        PixelPacking.AddOpaque(frame.Rgb.Span, rgba);
        fixed (byte* pixels = rgba)
        {
            var info = new SKImageInfo(frame.Width, frame.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null);
            using var pixmap = new SKPixmap(info, (nint)pixels);
            using var data = encode(pixmap) ?? throw new InvalidOperationException($"The encoder refused a {frame.Width}x{frame.Height} picture.");
            return data.ToArray();
        }
    }
}
