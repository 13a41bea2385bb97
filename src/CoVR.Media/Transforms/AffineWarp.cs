namespace CoVR.Media.Transforms;

/// <summary>
/// OpenCV 4's <c>warpAffine</c> for 8-bit pictures, bilinear, with grey 128 outside (modules/imgproc/src/imgwarp.cpp): positions have 5 bits after
/// the point, weights 15.
/// </summary>
internal static class AffineWarp
{
    private const byte Outside = 128;
    private const int PositionBits = 10, FractionBits = 5, WeightBits = 15;
    private const int Fractions = 1 << FractionBits;
    private const int WeightUnit = 1 << (WeightBits - (2 * FractionBits));

    /// <summary>Warps a picture.</summary>
    /// <param name="rgb">[height, width, 3].</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="forward">Where each pixel goes.</param>
    /// <param name="target">Receives the picture.</param>
    internal static void Apply(ReadOnlySpan<byte> rgb, int width, int height, AffineMatrix forward, Span<byte> target)
    {
        var back = forward.Inverse();
        const double Scale = 1 << PositionBits;
        const int Rounding = (1 << PositionBits) / Fractions / 2;
        Span<int> columns = width <= 1024 ? stackalloc int[width * 2] : new int[width * 2];
        for (var x = 0; x < width; x++)
        {
            (columns[2 * x], columns[(2 * x) + 1]) = (Round(back.A * x * Scale), Round(back.D * x * Scale));
        }

        for (var y = 0; y < height; y++)
        {
            var startX = Round(((back.B * y) + back.C) * Scale) + Rounding;
            var startY = Round(((back.E * y) + back.F) * Scale) + Rounding;
            for (var x = 0; x < width; x++)
            {
                var sourceX = (startX + columns[2 * x]) >> (PositionBits - FractionBits);
                var sourceY = (startY + columns[(2 * x) + 1]) >> (PositionBits - FractionBits);
                Blend(rgb, width, height, sourceX, sourceY, target.Slice(((y * width) + x) * 3, 3));
            }
        }
    }

    private static void Blend(ReadOnlySpan<byte> rgb, int width, int height, int sourceX, int sourceY, Span<byte> target)
    {
        var (x, y) = (sourceX >> FractionBits, sourceY >> FractionBits);
        if (x >= width || x < -1 || y >= height || y < -1)
        {
            target.Fill(Outside);
            return;
        }

        var (right, down) = (sourceX & (Fractions - 1), sourceY & (Fractions - 1));
        var (left, up) = (Fractions - right, Fractions - down);
        for (var channel = 0; channel < 3; channel++)
        {
            var sum = (Value(rgb, width, height, x, y, channel) * left * up)
                + (Value(rgb, width, height, x + 1, y, channel) * right * up)
                + (Value(rgb, width, height, x, y + 1, channel) * left * down)
                + (Value(rgb, width, height, x + 1, y + 1, channel) * right * down);
            target[channel] = (byte)(((sum * WeightUnit) + (1 << (WeightBits - 1))) >> WeightBits);
        }
    }

    private static int Value(ReadOnlySpan<byte> rgb, int width, int height, int x, int y, int channel) =>
        (uint)x < (uint)width && (uint)y < (uint)height ? rgb[(((y * width) + x) * 3) + channel] : Outside;

    private static int Round(double value) => (int)Math.Clamp(Math.Round(value), int.MinValue, int.MaxValue);
}
