using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CoVR.Retrieval;

/// <summary>The two sums behind every similarity; deterministic for the same input.</summary>
internal static class VectorMath
{
    /// <summary>The dot product, summed in four lanes of eight and then pairwise.</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        if (left.Length != right.Length)
        {
            throw new ArgumentException($"Vectors of {left.Length} and {right.Length} dimensions cannot be compared.");
        }

        ref var a = ref MemoryMarshal.GetReference(left);
        ref var b = ref MemoryMarshal.GetReference(right);
        Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        nuint i = 0;
        var length = (nuint)left.Length;
        for (; i + 32 <= length; i += 32)
        {
            sum0 = Step(ref a, ref b, i, sum0);
            sum1 = Step(ref a, ref b, i + 8, sum1);
            sum2 = Step(ref a, ref b, i + 16, sum2);
            sum3 = Step(ref a, ref b, i + 24, sum3);
        }

        for (; i + 8 <= length; i += 8)
        {
            sum0 = Step(ref a, ref b, i, sum0);
        }

        var total = Vector256.Sum(sum0 + sum1 + (sum2 + sum3));
        for (; i < length; i++)
        {
            total += Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i);
        }

        return total;
    }

    /// <summary>The mean over rows [Q, D] -> [D]; a single row is copied.</summary>
    public static void MeanRows(ReadOnlySpan<float> rows, Span<float> mean)
    {
        var dimensions = mean.Length;
        rows[..dimensions].CopyTo(mean);
        for (var start = dimensions; start < rows.Length; start += dimensions)
        {
            Add(mean, rows.Slice(start, dimensions));
        }

        if (rows.Length > dimensions)
        {
            Scale(mean, (float)dimensions / rows.Length);
        }
    }

    /// <summary>Adds <paramref name="values"/> to <paramref name="sum"/>, element by element.</summary>
    public static void Add(Span<float> sum, ReadOnlySpan<float> values, float weight = 1)
    {
        var lanes = MemoryMarshal.Cast<float, Vector<float>>(sum);
        var added = MemoryMarshal.Cast<float, Vector<float>>(values);
        for (var i = 0; i < lanes.Length; i++)
        {
            lanes[i] += added[i] * weight;
        }

        for (var i = lanes.Length * Vector<float>.Count; i < sum.Length; i++)
        {
            sum[i] += values[i] * weight;
        }
    }

    /// <summary>Multiplies every element by <paramref name="factor"/>.</summary>
    public static void Scale(Span<float> values, float factor)
    {
        foreach (ref var value in values)
        {
            value *= factor;
        }
    }

    /// <summary>Divides by the length, or by 1e-12 if that is smaller (<c>F.normalize</c>).</summary>
    public static void Normalize(Span<float> vector) => Scale(vector, 1 / MathF.Max(Norm(vector), 1e-12f));

    /// <summary>The first element that is NaN or infinite, or -1.</summary>
    public static int IndexOfNotFinite(ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The Euclidean length.</summary>
    public static float Norm(ReadOnlySpan<float> values) => MathF.Sqrt(Dot(values, values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Step(ref float a, ref float b, nuint at, Vector256<float> sum) =>
        Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a, at), Vector256.LoadUnsafe(ref b, at), sum);
}
