using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace CoVR.Modeling.Inference;

/// <summary>Rows of numbers to 8 bits and back, each row with a scale of its own.</summary>
/// <remarks>The loops are compiled with optimization at once, so that the first calls, which <see cref="LinearTimings"/> measures, are as fast as later ones.</remarks>
internal static class Int8Rows
{
    /// <summary>The byte that stands for 0.</summary>
    public const int Zero = 128;

    /// <summary>The least scale: smaller numbers lose digits or are flushed to 0.</summary>
    public const float SmallestNormal = 1.17549435e-38f;

    // Fewer numbers than these are faster on one core.
    private const int WorthSharing = 1 << 17;

    private delegate void RowWork(int row);

    /// <summary>Rounds each row to 255 levels around <see cref="Zero"/>.</summary>
    /// <param name="values">[M, I].</param>
    /// <param name="bytes">[M, I]; receives the levels.</param>
    /// <param name="scales">[M]; receives the width of a level: NaN where a row holds NaN or infinity, so that its results are NaN too.</param>
    public static unsafe void Quantize(Span<float> values, Span<byte> bytes, float[] scales)
    {
        var width = values.Length / scales.Length;
        fixed (float* source = values)
        fixed (byte* target = bytes)
        {
            var (from, to) = ((nint)source, (nint)target);
            ForRows(scales.Length, width, row => scales[row] = QuantizeRow(
                new ReadOnlySpan<float>((float*)from + ((long)row * width), width), new Span<byte>((byte*)to + ((long)row * width), width)));
        }
    }

    /// <summary>Multiplies each row by its scale, adds bias and residual, and applies GELU where that is wanted.</summary>
    /// <param name="products">[M, O]; overwritten.</param>
    /// <param name="scales">[M].</param>
    /// <param name="bias">[O], or empty.</param>
    /// <param name="residual">[M, O], or empty.</param>
    /// <param name="gelu">Whether x Φ(x) of the sum is taken.</param>
    public static unsafe void Finish(Span<float> products, float[] scales, Span<float> bias, Span<float> residual, bool gelu)
    {
        var (width, biased, added) = (products.Length / scales.Length, bias.Length > 0, residual.Length > 0);
        fixed (float* product = products, shift = bias, other = residual)
        {
            var (to, b, r) = ((nint)product, (nint)shift, (nint)other);
            ForRows(scales.Length, width, row =>
            {
                var result = new Span<float>((float*)to + ((long)row * width), width);
                FinishRow(
                    result, scales[row], gelu, biased ? new ReadOnlySpan<float>((float*)b, width) : [], added ? new ReadOnlySpan<float>((float*)r + ((long)row * width), width) : []);
            });
        }
    }

    private static void ForRows(int rows, int width, RowWork work)
    {
        var threads = get_num_threads();
        if (threads < 2 || (long)rows * width < WorthSharing)
        {
            for (var row = 0; row < rows; row++)
            {
                work(row);
            }

            return;
        }

        Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = threads }, row => work(row));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float QuantizeRow(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var largest = LargestMagnitude(values);
        if (!float.IsFinite(largest))
        {
            bytes.Fill(Zero + 1);
            return float.NaN;
        }

        var scale = Math.Max(largest, SmallestNormal) / 127;
        Round(values, 1 / scale, bytes);
        return scale;
    }

    // NaN or infinity where a value is.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float LargestMagnitude(ReadOnlySpan<float> values)
    {
        ref var source = ref MemoryMarshal.GetReference(values);
        var (largest, at) = (Vector512<float>.Zero, 0);
        for (; at <= values.Length - Vector512<float>.Count; at += Vector512<float>.Count)
        {
            largest = Vector512.Max(largest, Vector512.Abs(Vector512.LoadUnsafe(ref source, (nuint)at)));
        }

        var result = 0f;
        for (var lane = 0; lane < Vector512<float>.Count; lane++)
        {
            result = MathF.Max(result, largest[lane]);
        }

        for (; at < values.Length; at++)
        {
            result = MathF.Max(result, MathF.Abs(values[at]));
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FinishRow(Span<float> result, float scale, bool gelu, ReadOnlySpan<float> bias, ReadOnlySpan<float> residual)
    {
        ref var target = ref MemoryMarshal.GetReference(result);
        ref var shift = ref MemoryMarshal.GetReference(bias);
        ref var other = ref MemoryMarshal.GetReference(residual);
        var (factor, at) = (Vector512.Create(scale), 0);
        for (; at <= result.Length - Vector512<float>.Count; at += Vector512<float>.Count)
        {
            var sum = Vector512.LoadUnsafe(ref target, (nuint)at) * factor;
            sum = bias.IsEmpty ? sum : sum + Vector512.LoadUnsafe(ref shift, (nuint)at);
            sum = residual.IsEmpty ? sum : sum + Vector512.LoadUnsafe(ref other, (nuint)at);
            (gelu ? VectorFunctions.Gelu(sum) : sum).StoreUnsafe(ref target, (nuint)at);
        }

        for (; at < result.Length; at++)
        {
            var sum = (result[at] * scale) + (bias.IsEmpty ? 0 : bias[at]) + (residual.IsEmpty ? 0 : residual[at]);
            result[at] = gelu ? VectorFunctions.Gelu(Vector512.CreateScalar(sum)).ToScalar() : sum;
        }
    }

    // Adding half a level before the cut rounds, as all levels are positive.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Round(ReadOnlySpan<float> values, float factor, Span<byte> bytes)
    {
        const float Offset = Zero + 0.5f;
        ref var source = ref MemoryMarshal.GetReference(values);
        ref var target = ref MemoryMarshal.GetReference(bytes);
        var (scale, shift) = (Vector512.Create(factor), Vector512.Create(Offset));
        var (step, at) = (Vector512<float>.Count, 0);
        for (; at <= values.Length - (4 * step); at += 4 * step)
        {
            var low = Vector512.Narrow(Levels(ref source, at, scale, shift), Levels(ref source, at + step, scale, shift));
            var high = Vector512.Narrow(Levels(ref source, at + (2 * step), scale, shift), Levels(ref source, at + (3 * step), scale, shift));
            Vector512.Narrow(low, high).StoreUnsafe(ref target, (nuint)at);
        }

        for (; at < values.Length; at++)
        {
            bytes[at] = (byte)((values[at] * factor) + Offset);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Levels(ref float from, int index, Vector512<float> scale, Vector512<float> shift) =>
        Vector512.ConvertToInt32(Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref from, (nuint)index), scale, shift)).AsUInt32();
}
