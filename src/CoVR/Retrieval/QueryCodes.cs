namespace CoVR.Retrieval;

/// <summary>The rows of queries rounded to few bits, and the bounds of the error of their products with <see cref="RowCodes"/>.</summary>
/// <remarks>
/// Two products of a code with a level of at most 64 fit into 16 bits. The levels of a single row are split in two, so that its own rounding hardly matters.
/// With q = t q' + r and x = s x' + e, the product q x differs from s t q' x' by at most |t q'| |e| + |r| |x|. For float rounding in the exact score
/// and in the bounds themselves (Higham, Accuracy and Stability of Numerical Algorithms, §3.1) a share of |q| |x| is added.
/// </remarks>
internal sealed class QueryCodes
{
    /// <summary>How many rows are multiplied at a time; rows of zeros follow the last one.</summary>
    public const int Columns = 4;

    /// <summary>The weight of the first of two rows of a split row.</summary>
    public const int SplitWeight = 64;

    private const int Levels = 64;
    private readonly int _width;
    private readonly double _rounding;

    /// <summary>Rounds rows.</summary>
    /// <param name="rows">The rows [n, D] of queries; see <see cref="RowCodes.IsUsual"/>.</param>
    /// <param name="dimensions">D.</param>
    public QueryCodes(IReadOnlyList<ReadOnlyMemory<float>> rows, int dimensions)
    {
        Count = rows.Sum(query => query.Length / dimensions);
        IsSplit = Count == 1;
        _width = RowCodes.Width(dimensions);
        _rounding = (dimensions + 64.0) / (1 << 23);
        var columns = (Count + Columns - 1) / Columns * Columns;
        (Codes, Offsets) = (new sbyte[columns * _width], new int[columns]);
        (Scales, OfResiduals, OfNorms) = (new float[Count], new float[Count], new float[Count]);
        var row = 0;
        foreach (var query in rows)
        {
            for (var start = 0; start < query.Length; start += dimensions)
            {
                Round(query.Span.Slice(start, dimensions), row++);
            }
        }
    }

    /// <summary>How many rows there are.</summary>
    public int Count { get; }

    /// <summary>Whether the codes are two rows for the only one.</summary>
    public bool IsSplit { get; }

    /// <summary>The levels, row by row.</summary>
    public sbyte[] Codes { get; }

    /// <summary>What is added to the sum of products with codes, because those are shifted by <see cref="RowCodes.Zero"/>.</summary>
    public int[] Offsets { get; }

    /// <summary>What a level of each row is worth.</summary>
    public float[] Scales { get; }

    /// <summary>In units of <see cref="Scales"/>: the factor of the residual's length in the bound of the error.</summary>
    public float[] OfResiduals { get; }

    /// <summary>In units of <see cref="Scales"/>: the factor of the row's length in the bound of the error.</summary>
    public float[] OfNorms { get; }

    private void Round(ReadOnlySpan<float> row, int at)
    {
        var scale = (double)RowCodes.LargestMagnitude(row) / (IsSplit ? Levels * SplitWeight : Levels);
        var (inverse, rounded, residual, square) = (1 / scale, 0.0, 0.0, 0.0);
        for (var i = 0; i < row.Length; i++)
        {
            var value = row[i] * inverse;
            var level = (int)Math.Round(value);
            rounded += (double)level * level;
            residual += (value - level) * (value - level);
            square += value * value;
            var high = IsSplit ? (level + (SplitWeight / 2)) >> 6 : level;
            Set(at, i, high);
            if (IsSplit)
            {
                Set(at + 1, i, level - (high * SplitWeight));
            }
        }

        Scales[at] = (float)scale;
        OfResiduals[at] = (float)(Math.Sqrt(rounded) * (1 + _rounding));
        OfNorms[at] = (float)(Math.Sqrt(residual) + (Math.Sqrt(square) * _rounding));
    }

    private void Set(int row, int dimension, int level)
    {
        Codes[(row * _width) + dimension] = (sbyte)level;
        Offsets[row] -= RowCodes.Zero * level;
    }
}
