using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace CoVR.Modeling.Inference;

/// <summary>Rows of numbers to 8 bits and back, each row with a scale of its own.</summary>
internal static class Int8Rows
{
    /// <summary>The byte that stands for 0.</summary>
    public const int Zero = 128;

    private const float SmallestNormal = 1.17549435e-38f;

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

    /// <summary>Multiplies each row by its scale and adds bias and residual.</summary>
    /// <param name="products">[M, O]; overwritten.</param>
    /// <param name="scales">[M].</param>
    /// <param name="bias">[O], or empty.</param>
    /// <param name="residual">[M, O], or empty.</param>
    public static unsafe void Finish(Span<float> products, float[] scales, Span<float> bias, Span<float> residual)
    {
        var (width, biased, added) = (products.Length / scales.Length, bias.Length > 0, residual.Length > 0);
        fixed (float* product = products, shift = bias, other = residual)
        {
            var (to, b, r) = ((nint)product, (nint)shift, (nint)other);
            ForRows(scales.Length, width, row =>
            {
                var result = new Span<float>((float*)to + ((long)row * width), width);
                if (added)
                {
                    TensorPrimitives.MultiplyAdd(result, scales[row], new ReadOnlySpan<float>((float*)r + ((long)row * width), width), result);
                }
                else
                {
                    TensorPrimitives.Multiply(result, scales[row], result);
                }

                if (biased)
                {
                    TensorPrimitives.Add(result, new ReadOnlySpan<float>((float*)b, width), result);
                }
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

    private static float QuantizeRow(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(values));
        if (!float.IsFinite(largest))
        {
            bytes.Fill(Zero + 1);
            return float.NaN;
        }

        var scale = Math.Max(largest, SmallestNormal) / 127;
        Round(values, 1 / scale, bytes);
        return scale;
    }

    // Adding half a level before the cut rounds, as all levels are positive.
    private static void Round(ReadOnlySpan<float> values, float factor, Span<byte> bytes)
    {
        const float Offset = Zero + 0.5f;
        ref var source = ref MemoryMarshal.GetReference(values);
        ref var target = ref MemoryMarshal.GetReference(bytes);
        var (scale, shift) = (Vector512.Create(factor), Vector512.Create(Offset));
        var (step, at) = (Vector512<float>.Count, 0);
        for (; at <= values.Length - (4 * step); at += 4 * step)
        {
            var low = Vector512.Narrow(Levels(ref source, at), Levels(ref source, at + step));
            var high = Vector512.Narrow(Levels(ref source, at + (2 * step)), Levels(ref source, at + (3 * step)));
            Vector512.Narrow(low, high).StoreUnsafe(ref target, (nuint)at);
        }

        for (; at < values.Length; at++)
        {
            bytes[at] = (byte)((values[at] * factor) + Offset);
        }

        Vector512<uint> Levels(ref float from, int index) =>
            Vector512.ConvertToInt32(Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref from, (nuint)index), scale, shift)).AsUInt32();
    }
}
