namespace CoVR.Retrieval;

/// <summary>A block that is being filled.</summary>
/// <param name="dimensions">D.</param>
/// <param name="coded">Whether the rows get codes.</param>
internal sealed class GrowingBlock(int dimensions, bool coded)
{
    private float[] _values = [];
    private Memory<byte> _codes;
    private LiveItem[] _items = new LiveItem[16];
    private int[] _starts = new int[17];
    private float _longest;

    /// <summary>How many items there are.</summary>
    public int Count { get; private set; }

    private int Rows => _starts[Count];

    /// <summary>Whether an item with this many rows fits.</summary>
    public bool Fits(int rows) => Count == 0 || (Count < RowBlock.Capacity && Rows + rows <= RowBlock.Capacity);

    /// <summary>Writes past the last item, which earlier blocks never read.</summary>
    public void Add(LiveItem item, ReadOnlySpan<float> rows)
    {
        var used = Rows * dimensions;
        if (_values.Length < used + rows.Length)
        {
            var larger = Math.Max(used + rows.Length, Math.Min(RowBlock.Capacity * dimensions, Math.Max(16 * rows.Length, used * 4)));
            var values = GC.AllocateUninitializedArray<float>(larger, pinned: true);
            _values.AsSpan(0, used).CopyTo(values);
            _values = values;
            _codes = coded ? Lengthened(values.Length / dimensions) : default;
        }

        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 4);
            Array.Resize(ref _starts, (Count * 4) + 1);
        }

        rows.CopyTo(_values.AsSpan(used));
        if (coded)
        {
            RowCodes.Write(_codes.Span, Rows, rows, dimensions);
        }

        _items[Count] = item;
        _starts[Count + 1] = Rows + (rows.Length / dimensions);
        _longest = MathF.Max(_longest, BlockProducts.LongestOf(rows, dimensions));
        Count++;
    }

    /// <summary>A block of what has been written so far; later additions do not change it.</summary>
    public RowBlock ToBlock() => new(_values, BlockItems.Of(_items), _starts, Count) { IsOwned = true, Longest = _longest, Codes = _codes };

    private Memory<byte> Lengthened(int rows)
    {
        var longer = RowCodes.Allocate(rows, dimensions);
        _codes.CopyTo(longer);
        return longer;
    }
}
