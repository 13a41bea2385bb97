using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CoVR.Retrieval;

/// <summary>Products of <see cref="RowCodes"/> and <see cref="QueryCodes"/>: exact sums of whole numbers, the same on every processor.</summary>
internal static unsafe class CodeProducts
{
    private const int Tile = RowCodes.RowsOfTile;

    /// <summary>Multiplies the rows of a tile with four rows of queries.</summary>
    /// <param name="tile">The first group of the tile.</param>
    /// <param name="group">The bytes of a group.</param>
    /// <param name="queries">The levels of four rows.</param>
    /// <param name="offsets">Their offsets.</param>
    /// <param name="products">Receives [4, 64].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(byte* tile, int group, sbyte* queries, int* offsets, float* products)
    {
        if (!Avx512BW.IsSupported)
        {
            for (var pair = 0; pair < 4; pair += 2)
            {
                MultiplyTwo(tile, group, queries + (pair * Width(group)), offsets + pair, products + (pair * Tile), products + ((pair + 1) * Tile));
            }

            return;
        }

        var width = Width(group);
        sbyte* a = queries, b = a + width, c = b + width, d = c + width;
        byte* rows0 = Rows(tile), rows1 = rows0 + group, rows2 = rows1 + group, rows3 = rows2 + group;
        Vector512<int> a0 = Vector512.Create(offsets[0]), a1 = a0, a2 = a0, a3 = a0;
        Vector512<int> b0 = Vector512.Create(offsets[1]), b1 = b0, b2 = b0, b3 = b0;
        Vector512<int> c0 = Vector512.Create(offsets[2]), c1 = c0, c2 = c0, c3 = c0;
        Vector512<int> d0 = Vector512.Create(offsets[3]), d1 = d0, d2 = d0, d3 = d0;
        for (var i = 0; i < width; i += 4)
        {
            var (x0, x1, x2, x3) = (Vector512.Load(rows0 + (i * 16)), Vector512.Load(rows1 + (i * 16)), Vector512.Load(rows2 + (i * 16)), Vector512.Load(rows3 + (i * 16)));
            var q = Vector512.Create(*(int*)(a + i)).AsSByte();
            (a0, a1, a2, a3) = (a0 + Dot(x0, q), a1 + Dot(x1, q), a2 + Dot(x2, q), a3 + Dot(x3, q));
            q = Vector512.Create(*(int*)(b + i)).AsSByte();
            (b0, b1, b2, b3) = (b0 + Dot(x0, q), b1 + Dot(x1, q), b2 + Dot(x2, q), b3 + Dot(x3, q));
            q = Vector512.Create(*(int*)(c + i)).AsSByte();
            (c0, c1, c2, c3) = (c0 + Dot(x0, q), c1 + Dot(x1, q), c2 + Dot(x2, q), c3 + Dot(x3, q));
            q = Vector512.Create(*(int*)(d + i)).AsSByte();
            (d0, d1, d2, d3) = (d0 + Dot(x0, q), d1 + Dot(x1, q), d2 + Dot(x2, q), d3 + Dot(x3, q));
        }

        Store(products, a0, a1, a2, a3);
        Store(products + Tile, b0, b1, b2, b3);
        Store(products + (2 * Tile), c0, c1, c2, c3);
        Store(products + (3 * Tile), d0, d1, d2, d3);
    }

    /// <summary>Multiplies the rows of a tile with a split row.</summary>
    /// <param name="tile">The first group of the tile.</param>
    /// <param name="group">The bytes of a group.</param>
    /// <param name="query">The levels of its two rows.</param>
    /// <param name="offsets">Their offsets.</param>
    /// <param name="products">Receives [64]; there must be room for as many again.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplySplit(byte* tile, int group, sbyte* query, int* offsets, float* products)
    {
        MultiplyTwo(tile, group, query, offsets, products, products + Tile);
        for (var i = 0; i < Tile; i += Vector256<float>.Count)
        {
            var both = (Vector256.Load(products + i) * QueryCodes.SplitWeight) + Vector256.Load(products + Tile + i);
            both.Store(products + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTwo(byte* tile, int group, sbyte* queries, int* offsets, float* first, float* second)
    {
        var width = Width(group);
        for (var at = 0; at < Tile; at += 32)
        {
            byte* left = Rows(tile), right = left + group;
            Vector512<int> a0 = Vector512.Create(offsets[0]), a1 = a0, b0 = Vector512.Create(offsets[1]), b1 = b0;
            if (Avx512BW.IsSupported)
            {
                for (var i = 0; i < width; i += 4)
                {
                    var (x0, x1) = (Vector512.Load(left + (i * 16)), Vector512.Load(right + (i * 16)));
                    Sse.Prefetch0(left + (i * 16) + (2 * group));
                    Sse.Prefetch0(right + (i * 16) + (2 * group));
                    var (p, q) = (Vector512.Create(*(int*)(queries + i)).AsSByte(), Vector512.Create(*(int*)(queries + width + i)).AsSByte());
                    (a0, a1, b0, b1) = (a0 + Dot(x0, p), a1 + Dot(x1, p), b0 + Dot(x0, q), b1 + Dot(x1, q));
                }
            }
            else
            {
                (a0, b0) = MultiplyGroup(left, width, queries, offsets);
                (a1, b1) = MultiplyGroup(right, width, queries, offsets);
            }

            Vector512.ConvertToSingle(a0).Store(first + at);
            Vector512.ConvertToSingle(a1).Store(first + at + 16);
            Vector512.ConvertToSingle(b0).Store(second + at);
            Vector512.ConvertToSingle(b1).Store(second + at + 16);
            tile += 2 * group;
        }
    }

    private static (Vector512<int> First, Vector512<int> Second) MultiplyGroup(byte* rows, int width, sbyte* queries, int* offsets)
    {
        Vector256<int> a0 = Vector256.Create(offsets[0]), a1 = a0, b0 = Vector256.Create(offsets[1]), b1 = b0;
        for (var i = 0; i < width; i += 4)
        {
            var (x0, x1) = (Vector256.Load(rows + (i * 16)), Vector256.Load(rows + (i * 16) + 32));
            var (p, q) = (Vector256.Create(*(int*)(queries + i)).AsSByte(), Vector256.Create(*(int*)(queries + width + i)).AsSByte());
            (a0, a1, b0, b1) = (a0 + Dot(x0, p), a1 + Dot(x1, p), b0 + Dot(x0, q), b1 + Dot(x1, q));
        }

        return (Vector512.Create(a0, a1), Vector512.Create(b0, b1));
    }

    private static int Width(int group) => (group - RowCodes.HeaderLength) / 16;

    private static byte* Rows(byte* group) => group + RowCodes.HeaderLength;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* products, Vector512<int> first, Vector512<int> second, Vector512<int> third, Vector512<int> fourth)
    {
        Vector512.ConvertToSingle(first).Store(products);
        Vector512.ConvertToSingle(second).Store(products + 16);
        Vector512.ConvertToSingle(third).Store(products + 32);
        Vector512.ConvertToSingle(fourth).Store(products + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Dot(Vector512<byte> codes, Vector512<sbyte> levels) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(codes, levels), Vector512<short>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Dot(Vector256<byte> codes, Vector256<sbyte> levels)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(codes, levels), Vector256<short>.One);
        }

        var (x, q) = (codes.AsUInt32(), levels.AsInt32());
        var mask = Vector256.Create(0xFFu);
        return ((x & mask).AsInt32() * ((q << 24) >> 24)) + (((x >> 8) & mask).AsInt32() * ((q << 16) >> 24))
            + (((x >> 16) & mask).AsInt32() * ((q << 8) >> 24)) + ((x >> 24).AsInt32() * (q >> 24));
    }
}
