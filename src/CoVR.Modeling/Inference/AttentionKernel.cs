using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace CoVR.Modeling.Inference;

/// <summary>Softmax attention in 512-bit vectors, which takes less time than libtorch's on processors that have them. Thread-safe.</summary>
/// <remarks>
/// Works on panels of 32 queries: their scores against all keys, [T, 32], fit into the second-level cache, and softmax needs no sums across a vector.
/// Rows of keys, and later columns of scores, are multiplied eight at a time, so that sums stay in registers. An output does not depend on
/// the batch or the number of threads.
/// </remarks>
internal static unsafe class AttentionKernel
{
    private const int Tile = 8;

    // Two vectors. A constant, as a field that may have to be initialized is a call, and a call keeps sums out of registers.
    private const int Panel = 32;
    private const nuint Alignment = 64;

    // Fewer products than these are faster on one core.
    private const long WorthSharing = 1 << 20;


    /// <summary>Whether these are attended faster here: float32 on the CPU, without gradient, with a mask of keys at most, and a panel of queries or more.</summary>
    /// <param name="query">[B, H, Tq, d].</param>
    /// <param name="key">[B, H, Tk, d].</param>
    /// <param name="value">[B, H, Tk, d].</param>
    /// <param name="mask">[B or 1, 1, 1, Tk] or null.</param>
    public static bool CanAttend(Tensor query, Tensor key, Tensor value, Tensor? mask) =>
        Vector512.IsHardwareAccelerated && OneDnn.IsAvailable && IsPlain(query) && IsPlain(key) && IsPlain(value) && query.shape[2] >= Panel && key.numel() > 0 &&
        (mask is null || (IsPlain(mask) && mask.shape is [_, 1, 1, var keys] && keys == key.shape[2]));

    /// <summary>softmax(q kᵀ / √d + mask) v.</summary>
    /// <param name="query">[B, H, Tq, d].</param>
    /// <param name="key">[B, H, Tk, d].</param>
    /// <param name="value">[B, H, Tk, d].</param>
    /// <param name="mask">[B or 1, 1, 1, Tk] or null.</param>
    /// <returns>[B, Tq, H * d]; the caller's dispose scope owns it.</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        var (batch, heads, queries, width) = (query.shape[0], query.shape[1], query.shape[2], query.shape[3]);
        var (keys, output) = (key.shape[2], empty(batch, queries, heads * width));
        Rows q = new(query), k = new(key), v = new(value), o = new(output.view(batch, queries, heads, width).transpose(1, 2));
        Rows? m = mask is null ? null : new(mask.expand(batch, 1, 1, keys));
        var threads = batch * heads * queries * keys * width < WorthSharing ? 1 : Math.Max(1, get_num_threads());
        Parallel.For(0, batch * heads, new ParallelOptions { MaxDegreeOfParallelism = threads }, at =>
        {
            var (b, h) = (at / heads, at % heads);
            AttendHead(q.At(b, h), k.At(b, h), v.At(b, h), m is { } bias ? bias.At(b, 0).Start : null, o.At(b, h), queries, keys, (int)width);
        });
        GC.KeepAlive((query, key, value, mask));
        return output;
    }

    private static bool IsPlain(Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.device_type == TorchSharp.DeviceType.CPU && tensor.dim() == 4 && tensor.stride(3) == 1 && !(is_grad_enabled() && tensor.requires_grad);

    private static void AttendHead(Matrix query, Matrix key, Matrix value, float* mask, Matrix output, long queries, long keys, int width)
    {
        var padded = (width + Panel - 1) / Panel * Panel;
        var scratch = (float*)NativeMemory.AlignedAlloc((nuint)((keys * padded) + (Panel * width) + ((keys + Tile) * Panel) + (Tile * Panel) + Panel) * sizeof(float), Alignment);
        var values = scratch;
        var panel = values + (keys * padded);
        var scores = panel + (Panel * width);
        var tile = scores + ((keys + Tile) * Panel);
        var inverse = tile + (Tile * Panel);
        try
        {
            CopyRows(value, values, keys, width, padded);
            for (long first = 0; first < queries; first += Panel)
            {
                var count = (int)Math.Min(Panel, queries - first);
                Transpose(query.Row(first), query.Step, count, panel, width);
                for (long row = 0; row < keys; row += Tile)
                {
                    Multiply(key.Row(row), key.Step, 1, (int)Math.Min(Tile, keys - row), panel, Panel, scores + (row * Panel), width);
                }

                Softmax(scores, mask, keys, inverse);
                for (var row = 0; row < count; row += Tile)
                {
                    for (var column = 0; column < width; column += Panel)
                    {
                        Multiply(scores + row, 1, Panel, Math.Min(Tile, count - row), values + column, padded, tile, keys);
                        Store(tile, inverse + row, Math.Min(Tile, count - row), Math.Min(Panel, width - column), output.Row(first + row) + column, output.Step);
                    }
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(scratch);
        }
    }

    private static void CopyRows(Matrix from, float* to, long rows, int width, int padded)
    {
        for (long row = 0; row < rows; row++)
        {
            new Span<float>(from.Row(row), width).CopyTo(new Span<float>(to + (row * padded), width));
            new Span<float>(to + (row * padded) + width, padded - width).Clear();
        }
    }

    // [width, 32], divided by √d.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(float* from, long step, int count, float* to, int width)
    {
        var scale = 1 / MathF.Sqrt(width);
        for (var column = 0; column < Panel; column++)
        {
            for (var i = 0; i < width; i++)
            {
                to[(i * Panel) + column] = column < count ? from[(column * step) + i] * scale : 0;
            }
        }
    }

    // Eight rows of a by 32 columns of b; rows beyond the last repeat it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* a, long rowStep, long step, int rows, float* b, long bStep, float* c, long count)
    {
        var last = rows - 1;
        var a1 = a + (Math.Min(1, last) * rowStep);
        var a2 = a + (Math.Min(2, last) * rowStep);
        var a3 = a + (Math.Min(3, last) * rowStep);
        var a4 = a + (Math.Min(4, last) * rowStep);
        var a5 = a + (Math.Min(5, last) * rowStep);
        var a6 = a + (Math.Min(6, last) * rowStep);
        var a7 = a + (Math.Min(7, last) * rowStep);
        Vector512<float> left0 = default, left1 = default, left2 = default, left3 = default, left4 = default, left5 = default, left6 = default, left7 = default;
        Vector512<float> right0 = default, right1 = default, right2 = default, right3 = default, right4 = default, right5 = default, right6 = default, right7 = default;
        for (long i = 0, at = 0; i < count; i++, at += step, b += bStep)
        {
            var (left, right) = (Vector512.Load(b), Vector512.Load(b + Vector512<float>.Count));
            var factor = Vector512.Create(a[at]);
            left0 = Vector512.FusedMultiplyAdd(factor, left, left0);
            right0 = Vector512.FusedMultiplyAdd(factor, right, right0);
            factor = Vector512.Create(a1[at]);
            left1 = Vector512.FusedMultiplyAdd(factor, left, left1);
            right1 = Vector512.FusedMultiplyAdd(factor, right, right1);
            factor = Vector512.Create(a2[at]);
            left2 = Vector512.FusedMultiplyAdd(factor, left, left2);
            right2 = Vector512.FusedMultiplyAdd(factor, right, right2);
            factor = Vector512.Create(a3[at]);
            left3 = Vector512.FusedMultiplyAdd(factor, left, left3);
            right3 = Vector512.FusedMultiplyAdd(factor, right, right3);
            factor = Vector512.Create(a4[at]);
            left4 = Vector512.FusedMultiplyAdd(factor, left, left4);
            right4 = Vector512.FusedMultiplyAdd(factor, right, right4);
            factor = Vector512.Create(a5[at]);
            left5 = Vector512.FusedMultiplyAdd(factor, left, left5);
            right5 = Vector512.FusedMultiplyAdd(factor, right, right5);
            factor = Vector512.Create(a6[at]);
            left6 = Vector512.FusedMultiplyAdd(factor, left, left6);
            right6 = Vector512.FusedMultiplyAdd(factor, right, right6);
            factor = Vector512.Create(a7[at]);
            left7 = Vector512.FusedMultiplyAdd(factor, left, left7);
            right7 = Vector512.FusedMultiplyAdd(factor, right, right7);
        }

        StoreRow(c, 0, left0, right0);
        StoreRow(c, 1, left1, right1);
        StoreRow(c, 2, left2, right2);
        StoreRow(c, 3, left3, right3);
        StoreRow(c, 4, left4, right4);
        StoreRow(c, 5, left5, right5);
        StoreRow(c, 6, left6, right6);
        StoreRow(c, 7, left7, right7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(float* c, int row, Vector512<float> left, Vector512<float> right)
    {
        left.Store(c + (row * Panel));
        right.Store(c + (row * Panel) + Vector512<float>.Count);
    }

    // Leaves exp(score - largest) and 1 / sum of each column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(float* scores, float* mask, long keys, float* inverse)
    {
        for (var column = 0; column < Panel; column += Vector512<float>.Count)
        {
            var largest = Vector512.Create(float.NegativeInfinity);
            for (long row = 0; row < keys; row++)
            {
                var at = scores + (row * Panel) + column;
                var score = mask is null ? Vector512.Load(at) : Vector512.Load(at) + Vector512.Create(mask[row]);
                score.Store(at);
                largest = Vector512.MaxNative(largest, score);
            }

            var sum = Vector512<float>.Zero;
            for (long row = 0; row < keys; row++)
            {
                var at = scores + (row * Panel) + column;
                var weight = VectorFunctions.Exp(Vector512.Load(at) - largest);
                weight.Store(at);
                sum += weight;
            }

            (Vector512<float>.One / sum).Store(inverse + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store(float* tile, float* factors, int rows, int columns, float* to, long step)
    {
        for (var row = 0; row < rows; row++)
        {
            float* source = tile + (row * Panel), target = to + (row * step);
            var column = 0;
            for (; column <= columns - Vector512<float>.Count; column += Vector512<float>.Count)
            {
                (Vector512.Load(source + column) * factors[row]).Store(target + column);
            }

            for (; column < columns; column++)
            {
                target[column] = source[column] * factors[row];
            }
        }
    }

    private readonly struct Matrix(float* start, long step)
    {
        public float* Start => start;

        public long Step => step;

        public float* Row(long index) => start + (index * step);
    }

    // The rows of [B, H, T, d].
    private readonly struct Rows(Tensor tensor)
    {
        private readonly float* _start = (float*)OneDnn.Data(tensor);
        private readonly long _batch = tensor.stride(0), _head = tensor.stride(1), _row = tensor.stride(2);

        public Matrix At(long batch, long head) => new(_start + (batch * _batch) + (head * _head), _row);
    }
}
