using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Two-dimensional sines and cosines, half of the width for the row and half for the column.</summary>
/// <remarks>As in MAE (He et al. 2021, arXiv 2111.06377); the class token gets zeros.</remarks>
internal static class SinCosPositions
{
    /// <summary>Fills positions of a class token and a square grid.</summary>
    /// <param name="positions">[1, 1 + grid², C].</param>
    /// <param name="grid">Patches along a side.</param>
    /// <param name="wavelength">The slowest repeats after 2π times this many patches.</param>
    public static void Fill(Tensor positions, int grid, double wavelength)
    {
        var width = (int)positions.shape[2];
        var values = new float[(1 + (grid * grid)) * width];
        for (var row = 0; row < grid; row++)
        {
            for (var column = 0; column < grid; column++)
            {
                var start = (1 + (row * grid) + column) * width;
                Encode(values.AsSpan(start, width / 2), row, wavelength);
                Encode(values.AsSpan(start + (width / 2), width - (width / 2)), column, wavelength);
            }
        }

        using var noGrad = no_grad();
        using var source = tensor(values, positions.shape);
        positions.copy_(source);
    }

    private static void Encode(Span<float> target, int position, double wavelength)
    {
        for (var i = 0; i < target.Length; i++)
        {
            var frequency = Math.Pow(wavelength, -(double)(i / 2 * 2) / target.Length);
            target[i] = (float)(i % 2 == 0 ? Math.Sin(position * frequency) : Math.Cos(position * frequency));
        }
    }
}
