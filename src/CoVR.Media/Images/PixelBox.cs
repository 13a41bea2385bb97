namespace CoVR.Media;

/// <summary>A part of a picture, in whole pixels.</summary>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
public readonly record struct PixelBox(int Left, int Top, int Width, int Height)
{
    /// <summary>The whole of a picture.</summary>
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
