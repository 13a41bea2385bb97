using SkiaSharp;

namespace CoVR.Media;

/// <summary>Writes frames as PNG files.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public static class ImageWriter
{
    private const int CompressionLevel = 6;

    /// <summary>Encodes a frame as 8-bit RGB PNG; decoding gives the same pixels.</summary>
    /// <param name="frame">The picture.</param>
    /// <returns>The bytes of the file.</returns>
    public static unsafe byte[] EncodePng(RgbFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var rgba = GC.AllocateUninitializedArray<byte>(checked(frame.Width * frame.Height * 4));
        PixelPacking.AddOpaque(frame.Rgb.Span, rgba);
        fixed (byte* pixels = rgba)
        {
            var info = new SKImageInfo(frame.Width, frame.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null);
            using var pixmap = new SKPixmap(info, (nint)pixels);
            using var data = pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, CompressionLevel))
                ?? throw new InvalidOperationException($"The PNG encoder refused a {frame.Width}x{frame.Height} picture.");
            return data.ToArray();
        }
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
}
