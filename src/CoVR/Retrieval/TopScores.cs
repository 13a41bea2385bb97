using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CoVR.Retrieval;

/// <summary>Looks through many scores at a time.</summary>
internal static class TopScores
{
    private const int Bins = 256;

    /// <summary>A number that at least <paramref name="count"/> scores reach, and not many more; negative infinity if none is found quickly.</summary>
    /// <remarks>Counts the scores above the mean in bins of equal width. A bin's edge is lowered by more than rounding may have moved a score across it.</remarks>
    /// <param name="scores">The scores; a whole number of vectors, negative infinity where there is none.</param>
    /// <param name="count">How many are wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Reached(ReadOnlySpan<float> scores, int count)
    {
        var (sum, most) = (Vector256<float>.Zero, Vector256.Create(float.NegativeInfinity));
        foreach (ref readonly var lane in MemoryMarshal.Cast<float, Vector256<float>>(scores))
        {
            sum += Vector256.ConditionalSelect(Vector256.IsNegativeInfinity(lane), Vector256<float>.Zero, lane);
            most = Vector256.Max(most, lane);
        }

        var (low, high) = (Vector256.Sum(sum) / scores.Length, float.NegativeInfinity);
        for (var i = 0; i < Vector256<float>.Count; i++)
        {
            high = MathF.Max(high, most[i]);
        }

        var width = (high - low) / (Bins - 1);
        if (!(width > 1e-30f) || !float.IsFinite(width))
        {
            return float.NegativeInfinity;
        }

        Span<int> bins = stackalloc int[Bins];
        bins.Clear();
        var inverse = 1 / width;
        foreach (var score in scores)
        {
            bins[(int)MathF.Min(MathF.Max((score - low) * inverse, 0), Bins - 1)]++;
        }

        var (reached, bin) = (0, Bins);
        while (reached < count && bin > 1)
        {
            reached += bins[--bin];
        }

        return reached < count ? float.NegativeInfinity : low + (bin * width) - ((MathF.Abs(low) + MathF.Abs(high)) / (1 << 18));
    }

    /// <summary>The place of the next score from a place on that reaches a threshold; the number of scores if there is none.</summary>
    public static int Next(ReadOnlySpan<float> scores, int from, float threshold)
    {
        for (var least = Vector256.Create(threshold); from < scores.Length;)
        {
            if (from % Vector256<float>.Count != 0)
            {
                if (scores[from] >= threshold)
                {
                    return from;
                }

                from++;
            }
            else if (Vector256.GreaterThanOrEqual(Vector256.Create(scores[from..]), least).ExtractMostSignificantBits() is not 0 and var bits)
            {
                return from + System.Numerics.BitOperations.TrailingZeroCount(bits);
            }
            else
            {
                from += Vector256<float>.Count;
            }
        }

        return scores.Length;
    }
}
