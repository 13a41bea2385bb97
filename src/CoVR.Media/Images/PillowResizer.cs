using System.Buffers;

namespace CoVR.Media.Images;

/// <summary>
/// Resizes 8-bit pictures exactly as Pillow does (src/libImaging/Resample.c): antialiased, columns first, 8-bit rounding between the two passes,
/// 22-bit fixed-point weights.
/// </summary>
/// <remarks>Safe for use from several threads. Weights of recent sizes are cached.</remarks>
internal static class PillowResizer
{
    /// <summary>Resizes a picture, or a part of it, to exactly the given size; the aspect ratio is not kept.</summary>
    /// <param name="frame">The picture.</param>
    /// <param name="width">Columns of the result.</param>
    /// <param name="height">Rows of the result.</param>
    /// <param name="crop">The part to resize, as if cropped first; the whole picture when null.</param>
    /// <param name="bilinear">The triangle filter instead of the cubic one.</param>
    /// <returns>The new picture.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1 or <paramref name="crop"/> does not lie within the picture.</exception>
    public static RgbFrame Resize(RgbFrame frame, int width, int height, PixelBox? crop = null, bool bilinear = false)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var box = crop ?? PixelBox.Of(frame);
        if (box == PixelBox.Of(frame) && (width, height) == (frame.Width, frame.Height))
        {
            return frame;
        }

        var rgb = GC.AllocateUninitializedArray<byte>(checked(width * height * 3));
        ResizeInto(frame, box, width, height, bilinear, rgb);
        return new RgbFrame(width, height, rgb);
    }

    /// <summary>Resizes into [height, width, 3] bytes.</summary>
    internal static void ResizeInto(RgbFrame frame, PixelBox box, int width, int height, bool bilinear, Span<byte> target)
    {
        if (!box.Fits(frame))
        {
            throw new ArgumentOutOfRangeException(nameof(box), box, $"The box does not lie within {frame.Width}x{frame.Height} pixels.");
        }

        var stride = frame.Width * 3;
        var source = frame.Rgb.Span[((box.Top * stride) + (box.Left * 3))..];
        var rows = box.Height == height ? null : ResampleKernel.For(box.Height, height, bilinear);
        if (box.Width == width)
        {
            FinishRows(source, stride, rows, width * 3, height, target);
            return;
        }

        var columns = ResampleKernel.For(box.Width, width, bilinear);
        if (rows is null)
        {
            ResampleLoops.Horizontal(source, stride, height, box.Width, columns, target[..(width * height * 3)]);
            return;
        }

        var first = rows.Starts[0];
        var count = rows.Starts[^1] + rows.Counts[^1] - first;
        var between = ArrayPool<byte>.Shared.Rent(checked(width * 3 * count));
        try
        {
            var narrow = between.AsSpan(0, width * 3 * count);
            ResampleLoops.Horizontal(source[(first * stride)..], stride, count, box.Width, columns, narrow);
            ResampleLoops.Vertical(narrow, width * 3, width * 3, rows, first, target);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(between);
        }
    }

    private static void FinishRows(ReadOnlySpan<byte> source, int stride, ResampleKernel? rows, int rowBytes, int height, Span<byte> target)
    {
        if (rows is not null)
        {
            ResampleLoops.Vertical(source, stride, rowBytes, rows, 0, target);
            return;
        }

        for (var row = 0; row < height; row++)
        {
            source.Slice(row * stride, rowBytes).CopyTo(target[(row * rowBytes)..]);
        }
    }
}

/// <summary>A part of a picture, in whole pixels.</summary>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
internal readonly record struct PixelBox(int Left, int Top, int Width, int Height)
{
    /// <summary>The whole picture.</summary>
    /// <param name="frame">The picture.</param>
    /// <returns>The box that covers it.</returns>
    public static PixelBox Of(RgbFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return new PixelBox(0, 0, frame.Width, frame.Height);
    }

    internal bool Fits(RgbFrame frame) =>
        Left >= 0 && Top >= 0 && Width >= 1 && Height >= 1 && (long)Left + Width <= frame.Width && (long)Top + Height <= frame.Height;
}
