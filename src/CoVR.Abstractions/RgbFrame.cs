namespace CoVR;

/// <summary>One picture: 8-bit pixels, rows from top to bottom, three bytes per pixel in the order red, green, blue.</summary>
public sealed record RgbFrame
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="rgb">Exactly <c>height * width * 3</c> bytes; must not be changed afterwards.</param>
    /// <exception cref="ArgumentException">The sizes do not agree.</exception>
    public RgbFrame(int width, int height, ReadOnlyMemory<byte> rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (rgb.Length != (long)width * height * 3)
        {
            throw new ArgumentException($"A {width}x{height} RGB frame has {(long)width * height * 3} bytes, not {rgb.Length}.", nameof(rgb));
        }

        (Width, Height, Rgb) = (width, height, rgb);
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The pixels [Height, Width, 3].</summary>
    public ReadOnlyMemory<byte> Rgb { get; }

    /// <summary>When a video shows the frame, from the time of its first frame; null for pictures and if unknown.</summary>
    public TimeSpan? Time { get; init; }
}
