using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CoVR.Retrieval;

/// <summary>Rows rounded to 8 bits, each with what bounds the error of its products (<c>docs/decisions/0020-codes-with-a-bound.md</c>).</summary>
/// <remarks>
/// Rows lie in groups of 16: their scales, the lengths of what rounding took away, and their own lengths, 16 floats each; then the codes, four dimensions of
/// row 0, the same four of row 1, and so on. A code is a level between -127 and 127 plus <see cref="Zero"/>. The last group is followed by others up to a full tile.
/// </remarks>
internal static unsafe class RowCodes
{
    /// <summary>How many rows <see cref="CodeProducts"/> multiplies at a time.</summary>
    public const int RowsOfTile = 64;

    /// <summary>The code of 0.</summary>
    public const int Zero = 128;

    /// <summary>The bytes of a group before its codes.</summary>
    public const int HeaderLength = 3 * RowsOfGroup * sizeof(float);

    private const int RowsOfGroup = 16;
    private const int MostDimensions = 1 << 16;
    private const float Levels = 127;
    private const int Alignment = 64;

    /// <summary>Whether rows of this width can be coded: sums of products fit into 32 bits.</summary>
    public static bool Supports(int dimensions) => dimensions <= MostDimensions;

    /// <summary>Whether rounding errors of numbers of this size are covered by the bounds: they neither overflow nor vanish.</summary>
    public static bool IsUsual(float largest) => largest is >= 1e-10f and <= 1e10f;

    /// <summary>The dimensions that are coded, zeros at the end included.</summary>
    public static int Width(int dimensions) => (dimensions + 3) & ~3;

    /// <summary>The bytes of 16 rows.</summary>
    public static int BytesOfGroup(int dimensions) => HeaderLength + (RowsOfGroup * Width(dimensions));

    /// <summary>The bytes of a number of rows, in whole tiles.</summary>
    public static int Length(int rows, int dimensions) => (rows + RowsOfTile - 1) / RowsOfTile * (RowsOfTile / RowsOfGroup) * BytesOfGroup(dimensions);

    /// <summary>Memory that does not move.</summary>
    public static Memory<byte> Allocate(int rows, int dimensions)
    {
        var length = Length(rows, dimensions);
        var bytes = GC.AllocateArray<byte>(length + Alignment, pinned: true);
        var start = (int)((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes)) % Alignment);
        return bytes.AsMemory((Alignment - start) % Alignment, length);
    }

    /// <summary>The codes of rows [Rows, D].</summary>
    public static Memory<byte> Of(ReadOnlySpan<float> rows, int dimensions)
    {
        var codes = Allocate(rows.Length / dimensions, dimensions);
        Write(codes.Span, 0, rows, dimensions);
        return codes;
    }

    /// <summary>Codes rows.</summary>
    /// <param name="codes">The codes of the block.</param>
    /// <param name="first">The place of the first row in the block.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="dimensions">D.</param>
    public static void Write(Span<byte> codes, int first, ReadOnlySpan<float> rows, int dimensions)
    {
        for (var start = 0; start < rows.Length; start += dimensions, first++)
        {
            var group = codes.Slice(first / RowsOfGroup * BytesOfGroup(dimensions), BytesOfGroup(dimensions));
            WriteRow(group, first % RowsOfGroup, rows.Slice(start, dimensions));
        }
    }

    /// <summary>The length of what rounding took away from a row, and the row's own length; both rather too large than too small.</summary>
    public static (float Residual, float Norm) BoundsOf(ReadOnlySpan<byte> codes, int row, int dimensions)
    {
        var header = MemoryMarshal.Cast<byte, float>(codes.Slice(row / RowsOfGroup * BytesOfGroup(dimensions), HeaderLength));
        return (header[RowsOfGroup + (row % RowsOfGroup)], header[(2 * RowsOfGroup) + (row % RowsOfGroup)]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteRow(Span<byte> group, int lane, ReadOnlySpan<float> row)
    {
        var header = MemoryMarshal.Cast<byte, float>(group[..HeaderLength]);
        var words = MemoryMarshal.Cast<byte, uint>(group[HeaderLength..]);
        var largest = LargestMagnitude(row);
        var isCoded = IsUsual(largest);
        var (scale, inverse) = isCoded ? (largest / Levels, Levels / largest) : (0, 0);
        var (residuals, squares) = (Vector128<float>.Zero, Vector128<float>.Zero);
        for (var i = 0; i < row.Length; i += 4)
        {
            var values = i + 4 <= row.Length ? Vector128.Create(row[i..]) : Padded(row[i..]);
            var levels = Vector128.ConvertToInt32(Vector128.Round(values * inverse));
            var rest = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(levels), Vector128.Create(-scale), values);
            residuals += rest * rest;
            squares += values * values;
            var codes = (levels + Vector128.Create(Zero)).AsByte();
            words[(i * RowsOfGroup / 4) + lane] = Vector128.Shuffle(codes, Vector128.Create(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)0)).AsUInt32().ToScalar();
        }

        // A row of zeros has no error. Anything else that is not coded may have any score.
        var inflation = 1 + ((row.Length + 64) / (float)(1 << 23));
        header[lane] = scale;
        header[RowsOfGroup + lane] = isCoded ? MathF.Sqrt(Vector128.Sum(residuals)) * inflation : largest == 0 ? 0 : float.PositiveInfinity;
        header[(2 * RowsOfGroup) + lane] = isCoded ? MathF.Sqrt(Vector128.Sum(squares)) * inflation : 0;
    }

    private static Vector128<float> Padded(ReadOnlySpan<float> rest) =>
        Vector128.Create(rest[0], rest.Length > 1 ? rest[1] : 0, rest.Length > 2 ? rest[2] : 0, 0);

    /// <summary>The largest magnitude; NaN or infinity where a number is.</summary>
    public static float LargestMagnitude(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        var lanes = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var most = Vector256<float>.Zero;
        foreach (ref readonly var lane in lanes)
        {
            most = Vector256.Max(most, Vector256.Abs(lane));
        }

        for (var i = 0; i < Vector256<float>.Count; i++)
        {
            largest = MathF.Max(largest, most[i]);
        }

        for (var i = lanes.Length * Vector256<float>.Count; i < values.Length; i++)
        {
            largest = MathF.Max(largest, MathF.Abs(values[i]));
        }

        return largest;
    }
}
