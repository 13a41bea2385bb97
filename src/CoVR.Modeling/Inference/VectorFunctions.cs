using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoVR.Modeling.Inference;

/// <summary>Functions of sixteen numbers at once. NaN gives NaN.</summary>
internal static class VectorFunctions
{
    private const int ExponentBias = 127;
    private const int MantissaBits = 23;

    /// <summary>e to the power of x, for x up to 0; 1.6e-38 below -87. The relative error is at most 2e-7.</summary>
    /// <remarks>2ⁿ times Cephes' polynomial on [-ln 2 / 2, ln 2 / 2].</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        // The second operand is taken where one is NaN.
        x = Vector512.MaxNative(Vector512.Create(-87f), x);
        var power = Vector512.Round(x * Vector512.Create(1.44269504f));
        var rest = Vector512.FusedMultiplyAdd(power, Vector512.Create(-0.693359375f), x);
        rest = Vector512.FusedMultiplyAdd(power, Vector512.Create(2.12194440e-4f), rest);
        var sum = Vector512.Create(1.9875691500e-4f);
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(1.3981999507e-3f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(8.3334519073e-3f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(4.1665795894e-2f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(1.6666665459e-1f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(5.0000001201e-1f));
        sum = Vector512.FusedMultiplyAdd(sum, rest * rest, rest + Vector512<float>.One);
        return sum * ((Vector512.ConvertToInt32Native(power) + Vector512.Create(ExponentBias)) << MantissaBits).AsSingle();
    }

    /// <summary>x Φ(x), within 2e-7 times |x|.</summary>
    /// <remarks>The error function by Abramowitz and Stegun, 7.1.26.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Gelu(Vector512<float> x)
    {
        const float RootHalf = 0.70710678f;
        var z = Vector512.Abs(x) * Vector512.Create(RootHalf);
        var t = Vector512<float>.One / Vector512.FusedMultiplyAdd(z, Vector512.Create(0.3275911f), Vector512<float>.One);
        var sum = Vector512.Create(1.061405429f);
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(-1.453152027f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(1.421413741f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(-0.284496736f));
        sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(0.254829592f));
        var tail = sum * t * Exp(-(z * z)) * Vector512.Create(0.5f);
        return x * Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), tail, Vector512<float>.One - tail);
    }
}
