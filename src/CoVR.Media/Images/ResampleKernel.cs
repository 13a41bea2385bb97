using System.Collections.Concurrent;

namespace CoVR.Media.Images;

/// <summary>
/// The fixed-point weights with which one row or column of pixels is resampled: Pillow's <c>precompute_coeffs</c> and
/// <c>normalize_coeffs_8bpc</c> (src/libImaging/Resample.c), 22 bits after the point.
/// </summary>
internal sealed class ResampleKernel
{
    /// <summary>Bits after the point of a weight.</summary>
    internal const int Precision = 22;

    /// <summary>Bits of the low part of a weight that is split in two for 16-bit products.</summary>
    internal const int LowBits = 11;

    /// <summary>Weights of an output are padded with zeros to a multiple of this.</summary>
    internal const int TapsPerStep = 4;

    private const int CacheLimit = 256;

    private static readonly ConcurrentDictionary<(int From, int To, bool Bilinear), ResampleKernel> Cache = new();

    private ResampleKernel(int from, int to, bool bilinear)
    {
        var scale = (double)from / to;
        var stretch = Math.Max(scale, 1.0);
        var support = (bilinear ? 1.0 : 2.0) * stretch;
        var taps = ((int)Math.Ceiling(support) * 2) + 1;
        Stride = (taps + TapsPerStep - 1) / TapsPerStep * TapsPerStep;
        (Starts, Counts, Weights) = (new int[to], new int[to], new int[to * Stride]);
        var line = new double[taps];
        for (var output = 0; output < to; output++)
        {
            var center = (output + 0.5) * scale;
            var start = Math.Max((int)(center - support + 0.5), 0);
            var count = Math.Min((int)(center + support + 0.5), from) - start;
            Evaluate(line.AsSpan(0, count), start - center + 0.5, 1.0 / stretch, bilinear);
            (Starts[output], Counts[output]) = (start, count);
            Quantise(line.AsSpan(0, count), Weights.AsSpan(output * Stride));
        }

        (HighPairs, LowPairs) = SplitPairs(Weights);
    }

    /// <summary>For each output, the first input that it reads.</summary>
    internal int[] Starts { get; }

    /// <summary>For each output, how many inputs it reads.</summary>
    internal int[] Counts { get; }

    /// <summary>Distance between the weights of two outputs.</summary>
    internal int Stride { get; }

    /// <summary>The weights [outputs, <see cref="Stride"/>].</summary>
    internal int[] Weights { get; }

    /// <summary>Two neighbouring weights, without their low bits, as two 16-bit numbers.</summary>
    internal int[] HighPairs { get; }

    /// <summary>The low bits of two neighbouring weights as two 16-bit numbers.</summary>
    internal int[] LowPairs { get; }

    /// <summary>The kernel for a pair of sizes; cached.</summary>
    internal static ResampleKernel For(int from, int to, bool bilinear)
    {
        if (Cache.TryGetValue((from, to, bilinear), out var known))
        {
            return known;
        }

        if (Cache.Count >= CacheLimit)
        {
            Cache.Clear();
        }

        return Cache.GetOrAdd((from, to, bilinear), static key => new ResampleKernel(key.From, key.To, key.Bilinear));
    }

    private static void Evaluate(Span<double> line, double first, double shrink, bool bilinear)
    {
        var sum = 0.0;
        for (var tap = 0; tap < line.Length; tap++)
        {
            var distance = (tap + first) * shrink;
            line[tap] = bilinear ? Triangle(distance) : Cubic(distance);
            sum += line[tap];
        }

        if (sum != 0)
        {
            for (var tap = 0; tap < line.Length; tap++)
            {
                line[tap] /= sum;
            }
        }
    }

    private static void Quantise(ReadOnlySpan<double> line, Span<int> weights)
    {
        for (var tap = 0; tap < line.Length; tap++)
        {
            weights[tap] = (int)((line[tap] < 0 ? -0.5 : 0.5) + (line[tap] * (1 << Precision)));
        }
    }

    private static (int[] High, int[] Low) SplitPairs(int[] weights)
    {
        var (high, low) = (new int[weights.Length / 2], new int[weights.Length / 2]);
        for (var pair = 0; pair < high.Length; pair++)
        {
            var (first, second) = (weights[pair * 2], weights[(pair * 2) + 1]);
            high[pair] = (ushort)(short)(first >> LowBits) | ((second >> LowBits) << 16);
            low[pair] = (first & ((1 << LowBits) - 1)) | ((second & ((1 << LowBits) - 1)) << 16);
        }

        return (high, low);
    }

    private static double Cubic(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        if (x < 1)
        {
            return ((((A + 2) * x) - (A + 3)) * x * x) + 1;
        }

        return x < 2 ? ((((x - 5) * x) + 8) * x - 4) * A : 0;
    }

    private static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));
}
