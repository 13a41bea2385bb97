namespace CoVR.Media.Tests;

/// <summary>Made-up pictures and videos.</summary>
internal static class Pictures
{
    /// <summary>Smooth colours with some noise; the same for the same numbers.</summary>
    internal static RgbFrame Gradient(int width, int height, int seed = 0)
    {
        var random = new Random(seed);
        var rgb = new byte[width * height * 3];
        for (var at = 0; at < rgb.Length; at++)
        {
            var (pixel, channel) = (at / 3, at % 3);
            var value = channel == 0 ? pixel % width * 200 / width : channel == 1 ? pixel / width * 200 / height : seed * 37 % 200;
            rgb[at] = (byte)(value + random.Next(40));
        }

        return new RgbFrame(width, height, rgb);
    }

    /// <summary>One flat colour.</summary>
    internal static RgbFrame Flat(int width, int height, byte red, byte green, byte blue)
    {
        var rgb = new byte[width * height * 3];
        for (var at = 0; at < rgb.Length; at += 3)
        {
            (rgb[at], rgb[at + 1], rgb[at + 2]) = (red, green, blue);
        }

        return new RgbFrame(width, height, rgb);
    }

    /// <summary>A video whose frame number can be read from its brightness: frame i is grey 10 i + 5.</summary>
    internal static RgbFrame[] Counting(int frames, int width = 64, int height = 48) =>
        [.. Enumerable.Range(0, frames).Select(index => Flat(width, height, Grey(index), Grey(index), Grey(index)))];

    /// <summary>Which frame of <see cref="Counting"/> a decoded frame is.</summary>
    internal static int NumberOf(RgbFrame frame)
    {
        var sum = 0L;
        foreach (var value in frame.Rgb.Span)
        {
            sum += value;
        }

        return NumberOf((double)sum / frame.Rgb.Length);
    }

    /// <summary>Which frame of <see cref="Counting"/> has this mean brightness.</summary>
    internal static int NumberOf(double brightness) => (int)Math.Round((brightness - 5) / 10);

    private static byte Grey(int index) => (byte)((10 * index) + 5);
}
