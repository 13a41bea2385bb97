using CoVR.Media.Images;
using CoVR.Media.Video;
using SkiaSharp;

namespace CoVR.Media;

/// <summary>Encodes frames as PNG, JPEG and MP4.</summary>
/// <remarks>Safe for use from several threads. Files are written under a temporary name and renamed, so no partial file is ever visible.</remarks>
public static class MediaWriter
{
    private const int CompressionLevel = 6;

    /// <summary>Encodes a frame as 8-bit RGB PNG; decoding gives the same pixels.</summary>
    /// <param name="frame">The picture.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] EncodePng(RgbFrame frame) =>
        Encode(frame, pixmap => pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, CompressionLevel)));

    /// <summary>Encodes a frame as JPEG, for display.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="quality">1 to 100; 80 suits small pictures.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] EncodeJpeg(RgbFrame frame, int quality = 80)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        return Encode(frame, pixmap => pixmap.Encode(new SKJpegEncoderOptions(quality)));
    }

    /// <summary>Writes a frame as a PNG file.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder is created when missing.</param>
    /// <param name="frame">The picture.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WritePng(string path, RgbFrame frame)
    {
        using var file = new PendingFile(path);
        File.WriteAllBytes(file.TemporaryPath, EncodePng(frame));
        file.Commit();
    }

    /// <summary>Writes frames as an MP4 file: H.264, or MPEG-4 part 2 where ffmpeg was built without libx264; 4:2:0.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder is created when missing.</param>
    /// <param name="frames">At least one frame; all of one size, both sides even.</param>
    /// <param name="framesPerSecond">More than 0.</param>
    /// <param name="options">The ffmpeg program and the time limit; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the work and ends the process.</param>
    /// <returns>A task that completes when the file is in place.</returns>
    /// <exception cref="ArgumentException">There is no frame, or sizes differ or are odd.</exception>
    /// <exception cref="MediaReadException">ffmpeg is missing, fails or takes too long.</exception>
    public static Task WriteMp4Async(
        string path, IReadOnlyList<RgbFrame> frames, double framesPerSecond, MediaOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(framesPerSecond);
        return new VideoWriter(options ?? new MediaOptions()).WriteAsync(path, frames, framesPerSecond, cancellationToken);
    }

    /// <summary>Resizes a frame so that its longer side has the given length; a smaller frame stays as it is.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="longerSide">In pixels, at least 1.</param>
    /// <returns>A new frame, or the same one.</returns>
    public static RgbFrame Shrink(RgbFrame frame, int longerSide)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentOutOfRangeException.ThrowIfLessThan(longerSide, 1);
        var scale = (double)longerSide / Math.Max(frame.Width, frame.Height);
        return scale >= 1 ? frame : PillowResizer.Resize(frame, Scaled(frame.Width), Scaled(frame.Height));

        int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale));
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
