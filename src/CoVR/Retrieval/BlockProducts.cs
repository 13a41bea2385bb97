using System.Buffers;
using System.Runtime.InteropServices;
using CoVR.Modeling.Native;
using static TorchSharp.torch;

namespace CoVR.Retrieval;

/// <summary>Scores a few queries against blocks of a gallery by matrix products, reusing one buffer for all blocks.</summary>
/// <remarks>
/// A product sums in a different order than <see cref="VectorMath.Dot"/>, so its scores are near, not equal:
/// <see cref="MarginOf"/> bounds the difference, and the caller ranks whatever lies within it by exact scores.
/// </remarks>
internal sealed unsafe partial class BlockProducts : IDisposable
{
    /// <summary>The most rows of queries in one product.</summary>
    public const int RowsOfQueries = 256;

    private readonly float[] _queries;
    private readonly int _count;
    private readonly int _dimensions;
    private float[] _products;

    /// <summary>Takes the rows of the queries.</summary>
    /// <param name="queries">The row [D] of each query.</param>
    /// <param name="dimensions">D.</param>
    public BlockProducts(ReadOnlySpan<ReadOnlyMemory<float>> queries, int dimensions)
    {
        NativeTorch.EnsureLoaded();
        (_count, _dimensions) = (queries.Length, dimensions);
        _queries = ArrayPool<float>.Shared.Rent(_count * dimensions);
        _products = ArrayPool<float>.Shared.Rent(_count * RowBlock.Capacity);
        for (var i = 0; i < queries.Length; i++)
        {
            queries[i].Span.CopyTo(_queries.AsSpan(i * dimensions));
        }
    }

    /// <summary>An upper bound of the difference between a product's score and the exact one.</summary>
    /// <remarks>Two summation orders differ by at most 2 D u |q| |c| (Higham, Accuracy and Stability of Numerical Algorithms, §3.1).</remarks>
    /// <param name="largest">An upper bound of all products: |q| |c|.</param>
    /// <param name="dimensions">D.</param>
    public static float MarginOf(float largest, int dimensions)
    {
        const float unitRoundoff = 1f / (1 << 24);
        return 2.1f * (dimensions + 2) * unitRoundoff * largest;
    }

    /// <summary>The length of the longest row.</summary>
    public static float LongestOf(ReadOnlySpan<float> rows, int dimensions)
    {
        var longest = 0f;
        for (var start = 0; start < rows.Length; start += dimensions)
        {
            longest = MathF.Max(longest, VectorMath.Norm(rows.Slice(start, dimensions)));
        }

        return longest;
    }

    /// <summary>Scores all queries against all items of a block.</summary>
    /// <param name="block">The candidates.</param>
    /// <param name="temperature">The softmax temperature that weights the frames of an item.</param>
    /// <param name="offer">Receives the index of a query and its scores in block order; called from several threads.</param>
    public void Score(RowBlock block, float temperature, Action<int, ReadOnlySpan<float>> offer)
    {
        Multiply(block);
        if (block.Rows > block.Count)
        {
            Parallel.For(0, _count, i =>
            {
                var scores = new float[block.Count];
                FrameWeighing.Pool(_products.AsSpan(i * block.Rows, block.Rows), block, temperature, scores);
                offer(i, scores);
            });
            return;
        }

        for (var i = 0; i < _count; i++)
        {
            offer(i, _products.AsSpan(i * block.Count, block.Count));
        }
    }

    /// <summary>Returns the buffers to the pool.</summary>
    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(_queries);
        ArrayPool<float>.Shared.Return(_products);
    }

    private void Multiply(RowBlock block)
    {
        var length = _count * block.Rows;
        if (_products.Length < length)
        {
            ArrayPool<float>.Shared.Return(_products);
            _products = ArrayPool<float>.Shared.Rent(length);
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        fixed (float* queries = _queries, candidates = block.Values.Span, products = _products)
        {
            Wrap(products, _count, block.Rows).addmm_(Wrap(queries, _count, _dimensions), Wrap(candidates, block.Rows, _dimensions).t(), 0, 1);
        }
    }

    /// <summary>A tensor over memory that outlives it.</summary>
    private static Tensor Wrap(float* values, long rows, long columns)
    {
        const int float32 = 6;
        var sizes = stackalloc long[] { rows, columns };
        var strides = stackalloc long[] { columns, 1 };
        var code = CreateTensor(values, 2, sizes, strides, 0, float32, deviceType: 0, deviceIndex: 0, out var handle);
        return code == 0 ? Tensor.UnsafeCreateTensor(handle) : throw new InvalidOperationException("libtorch could not make a tensor over the gallery's memory.");
    }

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_create_tensor_from_blob")]
    private static partial int CreateTensor(
        float* data, long dimensions, long* sizes, long* strides, long offset, int type, int deviceType, int deviceIndex, out nint tensor);
}
