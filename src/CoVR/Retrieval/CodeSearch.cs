using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CoVR.Retrieval;

/// <summary>Finds, by products of 8-bit codes, which items may be among the best of some queries with equally many rows.</summary>
/// <remarks>A product of codes differs from the exact one by at most a bound that is known for each pair. An item is dropped once as many others as wanted are surely better.</remarks>
/// <param name="rows">The gallery.</param>
/// <param name="queries">The queries.</param>
internal sealed unsafe class CodeSearch(RowSnapshot rows, ExactSearch.Query[] queries)
{
    private const int Tile = RowCodes.RowsOfTile;
    private readonly QueryCodes _codes = new([.. queries.Select(query => query.Rows)], rows.Dimensions);
    private readonly int _group = RowCodes.BytesOfGroup(rows.Dimensions);
    private readonly int _rowsOfQuery = queries[0].Rows.Length / rows.Dimensions;
    // More are found sooner by scanning.
    private readonly int _most = Math.Max(4096, rows.Count / 16);
    private readonly float[] _thresholds = [.. queries.Select(_ => float.NegativeInfinity)];

    /// <summary>Whether a query's rows can be rounded with a useful bound.</summary>
    public static bool Supports(ReadOnlySpan<float> query, int dimensions)
    {
        for (var start = 0; start < query.Length; start += dimensions)
        {
            if (!RowCodes.IsUsual(RowCodes.LargestMagnitude(query.Slice(start, dimensions))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Compares all queries with all blocks.</summary>
    /// <returns>For each query the items that may be among its best.</returns>
    public Survivors[] Run(CancellationToken cancellationToken)
    {
        var merged = NewSurvivors();
        Parallel.For(
            0,
            rows.Blocks.Length,
            new ParallelOptions { CancellationToken = cancellationToken },
            () => new CodeBuffers(NewSurvivors(), new float[QueryCodes.Columns * Tile]),
            (place, _, worker) =>
            {
                Visit(place, worker, cancellationToken);
                return worker;
            },
            worker =>
            {
                lock (merged)
                {
                    for (var i = 0; i < merged.Length; i++)
                    {
                        merged[i].Merge(worker.Found[i]);
                    }
                }
            });
        return merged;
    }

    private Survivors[] NewSurvivors() => [.. queries.Select(query => new Survivors(query.Depth, _most))];

    private void Visit(int place, CodeBuffers worker, CancellationToken cancellationToken)
    {
        var block = rows.Blocks[place];
        if (block.AliveCount == 0)
        {
            return;
        }

        for (var i = 0; i < queries.Length; i++)
        {
            worker.Found[i].Raise(Volatile.Read(ref _thresholds[i]));
        }

        var isPlain = _rowsOfQuery == 1 && block.Rows == block.Count;
        worker.Clear(isPlain ? 0 : queries.Length * Padded(block.Rows));
        fixed (byte* codes = block.Codes.Span)
        {
            for (var first = 0; first < block.Rows; first += Tile)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!isPlain || IsWanted(place, first / Tile))
                {
                    Multiply(codes + (first / Tile * 4 * _group), place, first, worker, isPlain);
                }
            }
        }

        for (var i = 0; i < queries.Length; i++)
        {
            if (!isPlain)
            {
                OfferItems(i, place, worker.Uppers.AsSpan(i * Padded(block.Rows), block.Rows), worker.Found[i]);
            }

            if (worker.Found[i].Threshold > Volatile.Read(ref _thresholds[i]))
            {
                Volatile.Write(ref _thresholds[i], worker.Found[i].Threshold);
            }
        }
    }

    private bool IsWanted(int place, int tile)
    {
        foreach (var query in queries)
        {
            if (query.Mask[place] is not { } words || words[tile] != 0)
            {
                return true;
            }
        }

        return false;
    }

    private void Multiply(byte* tile, int place, int first, CodeBuffers worker, bool isPlain)
    {
        fixed (sbyte* levels = _codes.Codes)
        fixed (int* offsets = _codes.Offsets)
        fixed (float* products = worker.Products)
        {
            for (var column = 0; column < _codes.Count; column += QueryCodes.Columns)
            {
                if (_codes.IsSplit)
                {
                    CodeProducts.MultiplySplit(tile, _group, levels, offsets, products);
                }
                else
                {
                    CodeProducts.Multiply(tile, _group, levels + ((long)column * RowCodes.Width(rows.Dimensions)), offsets + column, products);
                }

                for (var c = column; c < Math.Min(column + QueryCodes.Columns, _codes.Count); c++)
                {
                    if (isPlain)
                    {
                        OfferRows(tile, products + ((c - column) * Tile), c, place, first, worker.Found[c]);
                    }
                    else
                    {
                        KeepLargest(tile, products + ((c - column) * Tile), c, worker.Uppers.AsSpan((c / _rowsOfQuery * Padded(rows.Blocks[place].Rows)) + first, Tile));
                    }
                }
            }
        }
    }

    /// <summary>Offers the rows of a tile as items.</summary>
    private void OfferRows(byte* tile, float* products, int query, int place, int first, Survivors found)
    {
        var scale = _codes.Scales[query];
        var reached = Reached(tile, products, query, found.Threshold / scale) & WordOf(query, place, first / Tile);
        for (; reached != 0; reached &= reached - 1)
        {
            var row = BitOperations.TrailingZeroCount(reached);
            var header = (float*)(tile + (row / 16 * _group)) + (row % 16);
            var error = (header[16] * _codes.OfResiduals[query]) + (header[32] * _codes.OfNorms[query]);
            found.Add((place * RowBlock.Capacity) + first + row, products[row] * scale, (products[row] - (2 * error)) * scale);
        }
    }

    private ulong WordOf(int query, int place, int word)
    {
        var bits = queries[query].Mask[place] is { } words ? words[word] : ulong.MaxValue;
        var rest = rows.Blocks[place].Count - (word * Tile);
        return rest < Tile ? bits & ((1UL << rest) - 1) : bits;
    }

    /// <summary>Turns products into upper bounds of the scores, in units of the query's scale.</summary>
    /// <returns>One bit for each row whose bound reaches the threshold.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong Reached(byte* tile, float* products, int query, float threshold)
    {
        var (residuals, norms, least) = (Vector256.Create(_codes.OfResiduals[query]), Vector256.Create(_codes.OfNorms[query]), Vector256.Create(threshold));
        var reached = 0UL;
        for (var row = 0; row < Tile; row += Vector256<float>.Count)
        {
            var header = (float*)(tile + (row / 16 * _group)) + (row % 16);
            var upper = Vector256.Load(products + row) * Vector256.Load(header);
            upper = Vector256.FusedMultiplyAdd(Vector256.Load(header + 16), residuals, upper);
            upper = Vector256.FusedMultiplyAdd(Vector256.Load(header + 32), norms, upper);
            upper.Store(products + row);
            reached |= (ulong)Vector256.GreaterThanOrEqual(upper, least).ExtractMostSignificantBits() << row;
        }

        return reached;
    }

    /// <summary>Raises the upper bounds of the rows of a tile to those with one more row of the query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void KeepLargest(byte* tile, float* products, int column, Span<float> uppers)
    {
        Reached(tile, products, column, 0);
        var lanes = MemoryMarshal.Cast<float, Vector256<float>>(uppers);
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            lanes[lane] = Vector256.Max(lanes[lane], Vector256.Load(products + (lane * Vector256<float>.Count)) * _codes.Scales[column]);
        }
    }

    /// <summary>Offers items of several rows, or for queries of several rows: the best pair counts.</summary>
    private void OfferItems(int query, int place, ReadOnlySpan<float> uppers, Survivors found)
    {
        var (block, mask) = (rows.Blocks[place], queries[query].Mask[place]);
        var (residuals, norms) = (0f, 0f);
        for (var column = query * _rowsOfQuery; column < (query + 1) * _rowsOfQuery; column++)
        {
            residuals = MathF.Max(residuals, _codes.OfResiduals[column] * _codes.Scales[column]);
            norms = MathF.Max(norms, _codes.OfNorms[column] * _codes.Scales[column]);
        }

        for (var item = 0; item < block.Count; item++)
        {
            var (start, end) = (block.Starts[item], block.Starts[item + 1]);
            var upper = Largest(uppers[start..end]);
            if (upper >= found.Threshold && (mask is null || Bits.Get(mask, item)))
            {
                var error = 0f;
                for (var row = start; row < end; row++)
                {
                    var (residual, norm) = RowCodes.BoundsOf(block.Codes.Span, row, rows.Dimensions);
                    error = MathF.Max(error, (residual * residuals) + (norm * norms));
                }

                found.Add((place * RowBlock.Capacity) + item, upper, upper - (2 * error));
            }
        }
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        var largest = float.NegativeInfinity;
        foreach (var value in values)
        {
            largest = value > largest ? value : largest;
        }

        return largest;
    }

    private static int Padded(int count) => (count + Tile - 1) / Tile * Tile;
}
