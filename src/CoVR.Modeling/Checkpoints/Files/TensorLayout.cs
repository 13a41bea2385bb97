using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>How a tensor views its storage; checked to lie inside it.</summary>
internal sealed class TensorLayout
{
    /// <summary>Dimensions of a tensor, at most.</summary>
    public const int MaximalRank = 64;

    // A view may repeat elements (stride 0); beyond this many it is taken for an attack on memory.
    private const long LargestRepetition = 1 << 22;

    private TensorLayout(ScalarType type, long[] shape, long[] strides, long offset, long elements, long extent) =>
        (Type, Shape, Strides, Offset, Elements, Extent) = (type, shape, strides, offset, elements, extent);

    /// <summary>Element type.</summary>
    public ScalarType Type { get; }

    /// <summary>Sizes.</summary>
    public long[] Shape { get; }

    /// <summary>Steps between elements, in elements.</summary>
    public long[] Strides { get; }

    /// <summary>The first element in the storage.</summary>
    public long Offset { get; }

    /// <summary>Number of elements.</summary>
    public long Elements { get; }

    /// <summary>Elements of the storage from the first that is used to the last.</summary>
    public long Extent { get; }

    /// <summary>Whether the elements follow one another in C order.</summary>
    public bool IsContiguous
    {
        get
        {
            var step = 1L;
            for (var dimension = Shape.Length - 1; dimension >= 0; dimension--)
            {
                if (Shape[dimension] != 1 && Strides[dimension] != step)
                {
                    return Elements == 0;
                }

                step *= Shape[dimension];
            }

            return true;
        }
    }

    /// <summary>Checks numbers read from a file.</summary>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="strides">Steps; null for C order.</param>
    /// <param name="offset">The first element.</param>
    /// <param name="available">Elements in the storage.</param>
    /// <param name="error">What is wrong, or empty.</param>
    /// <returns>The layout, or null.</returns>
    public static TensorLayout? Create(ScalarType type, long[] shape, long[]? strides, long offset, long available, out string error)
    {
        error = "";
        try
        {
            var (elements, extent) = Measure(shape, strides ??= InOrder(shape));
            if (offset < 0 || offset > available || extent > available - offset)
            {
                error = $"a tensor of shape [{string.Join(", ", shape)}] needs elements {offset} to {(Int128)offset + extent} of a storage that has {available}";
            }
            else if (elements > Math.Max(available, LargestRepetition))
            {
                error = $"a tensor of {elements} elements repeats a storage of {available}";
            }
            else
            {
                return new TensorLayout(type, shape, strides, offset, elements, extent);
            }
        }
        catch (Exception problem) when (problem is OverflowException or ArgumentException)
        {
            error = $"a tensor has the impossible shape [{string.Join(", ", shape.Take(MaximalRank))}] or strides";
        }

        return null;
    }

    private static (long Elements, long Extent) Measure(long[] shape, long[] strides)
    {
        if (shape.Length != strides.Length || shape.Length > MaximalRank || shape.Any(size => size < 0) || strides.Any(step => step < 0))
        {
            throw new ArgumentException("There must be as many strides as sizes, none of them negative.", nameof(shape));
        }

        var (elements, last) = (1L, 0L);
        for (var dimension = 0; dimension < shape.Length; dimension++)
        {
            elements = checked(elements * Math.Max(1, shape[dimension]));
            last = checked(last + (Math.Max(0, shape[dimension] - 1) * strides[dimension]));
        }

        _ = checked(elements * 16);
        return shape.Contains(0) ? (0, 0) : (elements, checked(last + 1));
    }

    private static long[] InOrder(long[] shape)
    {
        var (strides, step) = (new long[shape.Length], 1L);
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            strides[dimension] = step;
            step = checked(step * Math.Max(1, shape[dimension]));
        }

        return strides;
    }
}
