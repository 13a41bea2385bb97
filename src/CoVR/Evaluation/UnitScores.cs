using System.Numerics;
using System.Runtime.InteropServices;

namespace CoVR.Evaluation;

/// <summary>Of one metric and each unit the sum and the number of its queries' scores.</summary>
internal sealed record UnitScores(string Name, double[] Sums, double[] Sizes)
{
    /// <summary>The metric of the data itself; NaN without scores.</summary>
    public double Mean() => Sums.Sum() / Sizes.Sum();

    /// <summary>The metric with each unit weighted by its count in the draw; NaN if the draw holds no score.</summary>
    public double Mean(double[] counts) => Dot(counts, Sums) / Dot(counts, Sizes);

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
