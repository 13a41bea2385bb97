namespace CoVR.Media.Transforms;

/// <summary>The operations of <see cref="AugmentOperation"/> that change values in place, with numpy's number types.</summary>
internal static class ToneOperations
{
    /// <summary>Stretches each channel; tables in float64, truncated.</summary>
    internal static void AutoContrast(ReadOnlySpan<byte> rgb, Span<byte> target)
    {
        Span<byte> table = stackalloc byte[256];
        for (var channel = 0; channel < 3; channel++)
        {
            var (low, high) = Range(rgb, channel);
            var scale = high <= low ? 1 : 255.0 / (high - low);
            var offset = high <= low ? 0 : low * -scale;
            for (var value = 0; value < 256; value++)
            {
                table[value] = (byte)Math.Clamp((value * scale) + offset, 0, 255);
            }

            MapChannel(rgb, channel, table, target);
        }
    }

    /// <summary>Makes each channel's values equally frequent; counts and sums in float32, as cv2.calcHist returns them.</summary>
    internal static void Equalize(ReadOnlySpan<byte> rgb, Span<byte> target)
    {
        Span<float> counts = stackalloc float[256];
        Span<byte> table = stackalloc byte[256];
        for (var channel = 0; channel < 3; channel++)
        {
            Count(rgb, channel, counts);
            FillEqualizing(counts, table);
            MapChannel(rgb, channel, table, target);
        }
    }

    /// <summary>Multiplies all values; the table in float32, truncated.</summary>
    internal static void Brightness(ReadOnlySpan<byte> rgb, double factor, Span<byte> target)
    {
        Span<byte> table = stackalloc byte[256];
        for (var value = 0; value < 256; value++)
        {
            table[value] = (byte)Math.Clamp(value * (float)factor, 0f, 255f);
        }

        for (var at = 0; at < rgb.Length; at++)
        {
            target[at] = table[rgb[at]];
        }
    }

    /// <summary>Blends with a smoothed picture (centre 5, neighbours 1, of 13); the outermost pixels stay, overflow wraps around.</summary>
    internal static void Sharpness(ReadOnlySpan<byte> rgb, int width, int height, double factor, Span<byte> target)
    {
        rgb.CopyTo(target);
        if (factor == 1)
        {
            return;
        }

        var stride = width * 3;
        for (var y = 1; y < height - 1; y++)
        {
            for (var at = (y * stride) + 3; at < ((y + 1) * stride) - 3; at++)
            {
                float smooth = Smooth(rgb, at, stride);
                target[at] = unchecked((byte)(int)(smooth + ((float)factor * (rgb[at] - smooth))));
            }
        }
    }

    private static byte Smooth(ReadOnlySpan<byte> rgb, int at, int stride)
    {
        const float Side = 1f / 13f;
        const float Centre = 5f / 13f;
        var sum = 0f;
        for (var row = at - stride; row <= at + stride; row += stride)
        {
            sum += Side * rgb[row - 3];
            sum += (row == at ? Centre : Side) * rgb[row];
            sum += Side * rgb[row + 3];
        }

        return (byte)Math.Clamp(MathF.Round(sum), 0f, 255f);
    }

    private static (int Low, int High) Range(ReadOnlySpan<byte> rgb, int channel)
    {
        var (low, high) = (255, 0);
        for (var at = channel; at < rgb.Length; at += 3)
        {
            (low, high) = (Math.Min(low, rgb[at]), Math.Max(high, rgb[at]));
        }

        return (low, high);
    }

    private static void Count(ReadOnlySpan<byte> rgb, int channel, Span<float> counts)
    {
        counts.Clear();
        for (var at = channel; at < rgb.Length; at += 3)
        {
            counts[rgb[at]]++;
        }
    }

    private static void FillEqualizing(ReadOnlySpan<float> counts, Span<byte> table)
    {
        var last = counts.LastIndexOfAnyExcept(0f);
        var sum = 0f;
        foreach (var count in counts[..last])
        {
            sum += count;
        }

        var step = MathF.Floor(sum / 255);
        var total = MathF.Floor(step / 2);
        for (var value = 0; value < 256; value++)
        {
            table[value] = step == 0 ? (byte)value : (byte)Math.Clamp(MathF.Floor(total / step), 0f, 255f);
            total += counts[value];
        }
    }

    private static void MapChannel(ReadOnlySpan<byte> rgb, int channel, ReadOnlySpan<byte> table, Span<byte> target)
    {
        for (var at = channel; at < rgb.Length; at += 3)
        {
            target[at] = table[rgb[at]];
        }
    }
}
