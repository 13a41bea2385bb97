using SkiaSharp;

namespace CoVR.Media.Images;

/// <summary>Makes of decoded pixels what a viewer shows: on white, and upright.</summary>
internal static class SeenPixels
{
    /// <summary>Lays a picture on white and turns it.</summary>
    /// <param name="rgba">4 P bytes; alpha is not multiplied in.</param>
    /// <param name="width">Columns as stored.</param>
    /// <param name="height">Rows as stored.</param>
    /// <param name="origin">Which corner of the shown picture is stored first, and along which side; EXIF orientation 1 to 8.</param>
    internal static RgbFrame Render(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin)
    {
        var (first, right, down) = Steps(width, height, origin);
        var (columns, rows) = origin >= SKEncodedOrigin.LeftTop ? (height, width) : (width, height);
        var rgb = GC.AllocateUninitializedArray<byte>(columns * rows * 3);
        for (int row = 0, target = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++, target += 3)
            {
                var pixel = rgba.Slice((first + (row * down) + (column * right)) * 4, 4);
                for (var channel = 0; channel < 3; channel++)
                {
                    rgb[target + channel] = (byte)(((pixel[channel] * pixel[3]) + (byte.MaxValue * (byte.MaxValue - pixel[3])) + 127) / byte.MaxValue);
                }
            }
        }

        return new RgbFrame(columns, rows, rgb);
    }

    /// <summary>Turns an opaque picture.</summary>
    /// <param name="stored">3 P bytes.</param>
    /// <param name="width">Columns as stored.</param>
    /// <param name="height">Rows as stored.</param>
    /// <param name="origin">As for <see cref="Render"/>.</param>
    internal static RgbFrame Turn(ReadOnlySpan<byte> stored, int width, int height, SKEncodedOrigin origin)
    {
        var (first, right, down) = Steps(width, height, origin);
        var (columns, rows) = origin >= SKEncodedOrigin.LeftTop ? (height, width) : (width, height);
        var rgb = GC.AllocateUninitializedArray<byte>(columns * rows * 3);
        for (int row = 0, target = 0; row < rows; row++)
        {
            for (var (column, at) = (0, (first + (row * down)) * 3); column < columns; column++, at += right * 3, target += 3)
            {
                (rgb[target], rgb[target + 1], rgb[target + 2]) = (stored[at], stored[at + 1], stored[at + 2]);
            }
        }

        return new RgbFrame(columns, rows, rgb);
    }

    /// <summary>The stored pixel that is shown first, and how many pixels further the next one to the right and the next one below are stored.</summary>
    private static (int First, int Right, int Down) Steps(int width, int height, SKEncodedOrigin origin)
    {
        var (last, lastRow) = ((width * height) - 1, (height - 1) * width);
        return origin switch
        {
            SKEncodedOrigin.TopRight => (width - 1, -1, width),
            SKEncodedOrigin.BottomRight => (last, -1, -width),
            SKEncodedOrigin.BottomLeft => (lastRow, 1, -width),
            SKEncodedOrigin.LeftTop => (0, width, 1),
            SKEncodedOrigin.RightTop => (lastRow, -width, 1),
            SKEncodedOrigin.RightBottom => (last, -width, -1),
            SKEncodedOrigin.LeftBottom => (width - 1, width, -1),
            _ => (0, 1, width),
        };
    }
}
