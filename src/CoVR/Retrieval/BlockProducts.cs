using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR;

/// <summary>Scores of a few queries against blocks of a gallery as matrix products, in one buffer that is used again for every block.</summary>
/// <remarks>
/// A product sums in another order than <see cref="VectorMath.Dot"/>, so its scores are near, not equal:
/// <see cref="MarginOf"/> bounds the difference and the caller ranks what is within it by the exact score.
/// </remarks>
internal sealed class BlockProducts
{
    /// <summary>The most rows of queries in one product.</summary>
    public const int RowsOfQueries = 256;

    private readonly float[] _queries;
    private readonly int _count;
    private readonly int _rows;
    private readonly int _dimensions;
    private float[] _products = [];

    /// <summary>Takes the rows of the queries.</summary>
    /// <param name="queries">The rows [Q, D] of each query.</param>
    /// <param name="dimensions">D.</param>
    public BlockProducts(ReadOnlySpan<ReadOnlyMemory<float>> queries, int dimensions)
    {
        (_count, _rows, _dimensions) = (queries.Length, queries[0].Length / dimensions, dimensions);
        _queries = GC.AllocateUninitializedArray<float>(_count * _rows * dimensions, pinned: true);
        for (var i = 0; i < queries.Length; i++)
        {
            queries[i].Span.CopyTo(_queries.AsSpan(i * _rows * dimensions));
        }
    }

    /// <summary>An upper bound of the difference between a product's score and the exact one.</summary>
    /// <remarks>Two summation orders differ by at most 2 D u |q| |c| (Higham, Accuracy and Stability of Numerical Algorithms, §3.1).</remarks>
    /// <param name="largest">No product is larger: |q| |c|.</param>
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

    /// <summary>Scores all queries against a block and gives each query its row.</summary>
    /// <param name="block">The candidates.</param>
    /// <param name="frameTemperature">When rows are frames: what weighs them.</param>
    /// <param name="best">Receives the scores of query i in the order of the block.</param>
    public void Score(GalleryRows.Block block, float? frameTemperature, TopHits[] best)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var products = Products(block);
        if (frameTemperature is { } temperature && block.Rows > block.Items)
        {
            PoolFrames(block, temperature, best);
            return;
        }

        ReadOnlySpan<float> scores = _rows == 1 && block.Rows == block.Items ? _products : LargestOf(products, block.Items, block.Rows / block.Items);
        for (var i = 0; i < _count; i++)
        {
            best[i].OfferAll(scores.Slice(i * block.Items, block.Items), block.FirstOrdinal);
        }
    }

    private void PoolFrames(GalleryRows.Block block, float temperature, TopHits[] best) => Parallel.For(0, _count, i =>
    {
        var scores = new float[block.Items];
        FrameWeighing.Pool(_products.AsSpan(i * block.Rows, block.Rows), block, temperature, scores);
        best[i].OfferAll(scores, block.FirstOrdinal);
    });

    private Tensor Products(GalleryRows.Block block)
    {
        var columns = block.Rows;
        if (_products.Length < _count * _rows * columns)
        {
            _products = GC.AllocateUninitializedArray<float>(_count * _rows * columns, pinned: true);
        }

        var queries = Wrap(_queries, _count * _rows, _dimensions);
        var candidates = Wrap(block.Values, columns, _dimensions);
        return Wrap(_products, _count * _rows, columns).addmm_(queries, candidates.t(), 0, 1);
    }

    private ReadOnlySpan<float> LargestOf(Tensor products, int items, int rows) =>
        MemoryMarshal.Cast<byte, float>(products.view(_count, _rows, items, rows).amax([1L, 3L]).contiguous().bytes);

    private static Tensor Wrap(float[] values, int rows, int columns) =>
        frombuffer(values, ScalarType.Float32, (long)rows * columns).view(rows, columns);
}
