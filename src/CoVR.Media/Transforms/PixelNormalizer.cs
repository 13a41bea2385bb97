using CoVR.Modeling;

namespace CoVR.Media.Transforms;

/// <summary>Turns bytes [S, S, 3] into normalised planes [3, S, S], with the rounding of float32 divisions as in torchvision.</summary>
internal sealed class PixelNormalizer
{
    private readonly float[] _table = new float[3 * 256];

    /// <summary>Prepares the value of every byte in every channel.</summary>
    internal PixelNormalizer(ImageInput input)
    {
        if (input.Mean.Count != 3 || input.Std.Count != 3)
        {
            throw new ArgumentException($"An image input needs three means and deviations, not {input.Mean.Count} and {input.Std.Count}.", nameof(input));
        }

        for (var channel = 0; channel < 3; channel++)
        {
            for (var value = 0; value < 256; value++)
            {
                _table[(channel * 256) + value] = ((value / 255f) - input.Mean[channel]) / input.Std[channel];
            }
        }
    }

    /// <summary>Writes the planes.</summary>
    internal void Apply(ReadOnlySpan<byte> rgb, Span<float> planes)
    {
        var size = rgb.Length / 3;
        var red = planes[..size];
        var green = planes.Slice(size, size);
        var blue = planes.Slice(size * 2, size);
        var reds = _table.AsSpan(0, 256);
        var greens = _table.AsSpan(256, 256);
        var blues = _table.AsSpan(512, 256);
        for (var pixel = 0; pixel < red.Length; pixel++)
        {
            red[pixel] = reds[rgb[pixel * 3]];
            green[pixel] = greens[rgb[(pixel * 3) + 1]];
            blue[pixel] = blues[rgb[(pixel * 3) + 2]];
        }
    }
}
