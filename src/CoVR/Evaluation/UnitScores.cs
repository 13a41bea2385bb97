using System.Numerics;
using System.Runtime.InteropServices;

namespace CoVR.Evaluation;

/// <summary>Of one metric and each unit the sum and the number of its queries' scores.</summary>
internal sealed record UnitScores(string Name, double[] Sums, double[] Sizes)
{
    // Then the sizes of as many units as there are sum up to their number.
    private readonly bool _isOneEach = Array.TrueForAll(Sizes, size => size == 1);

    /// <summary>The metric of the data itself; NaN without scores.</summary>
    public double Mean() => Sums.Sum() / Sizes.Sum();

    /// <summary>The metric with each unit weighted by its count in a draw of as many units as there are; NaN if the draw holds no score.</summary>
    public double Mean(double[] counts) => Dot(counts, Sums) / (_isOneEach ? counts.Length : Dot(counts, Sizes));

    private static double Dot(double[] left, double[] right)
    {
        var lanesLeft = MemoryMarshal.Cast<double, Vector<double>>(left);
        var lanesRight = MemoryMarshal.Cast<double, Vector<double>>(right);
        var sum = Vector<double>.Zero;
        for (var i = 0; i < lanesLeft.Length; i++)
        {
            sum += lanesLeft[i] * lanesRight[i];
        }

        var total = Vector.Sum(sum);
        for (var i = lanesLeft.Length * Vector<double>.Count; i < left.Length; i++)
        {
            total += left[i] * right[i];
        }

        return total;
    }
}
