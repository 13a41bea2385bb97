namespace CoVR;

/// <summary>The rows of all items in blocks of about 4096 rows; a block is one pinned array, so that libtorch can read it in place.</summary>
/// <param name="dimensions">D.</param>
internal sealed class GalleryRows(int dimensions)
{
    private const int RowsOfBlock = 4096;
    private readonly List<Block> _blocks = [];

    public int Dimensions { get; } = dimensions;

    /// <summary>The rows of all items.</summary>
    public long Rows { get; private set; }

    public IReadOnlyList<Block> Blocks => _blocks;

    /// <summary>The largest length of any row.</summary>
    public float LargestNorm { get; private set; }

    /// <summary>The rows of an item.</summary>
    public ReadOnlyMemory<float> this[int ordinal]
    {
        get
        {
            var (low, high) = (0, _blocks.Count - 1);
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                (low, high) = _blocks[middle].FirstOrdinal <= ordinal ? (middle, high) : (low, middle - 1);
            }

            return _blocks[low].Item(ordinal - _blocks[low].FirstOrdinal);
        }
    }

    public void Add(ReadOnlySpan<float> item)
    {
        var rows = item.Length / Dimensions;
        if (_blocks.Count == 0 || (_blocks[^1].Rows > 0 && _blocks[^1].Rows + rows > RowsOfBlock))
        {
            _blocks.Add(new Block(_blocks.Count == 0 ? 0 : _blocks[^1].FirstOrdinal + _blocks[^1].Items, Dimensions));
        }

        _blocks[^1].Add(item);
        Rows += rows;
        for (var start = 0; start < item.Length; start += Dimensions)
        {
            LargestNorm = MathF.Max(LargestNorm, VectorMath.Norm(item.Slice(start, Dimensions)));
        }
    }

    /// <summary>Items that lie one after the other.</summary>
    internal sealed class Block(int firstOrdinal, int dimensions)
    {
        private readonly List<int> _starts = [0];

        public int FirstOrdinal { get; } = firstOrdinal;

        public int Items => _starts.Count - 1;

        /// <summary>The rows of all items of the block.</summary>
        public int Rows => _starts[^1];

        /// <summary>At least <see cref="Rows"/> rows; what follows is unused.</summary>
        public float[] Values { get; private set; } = [];

        /// <summary>The first row of an item; of <see cref="Items"/> the row after the last.</summary>
        public int StartOf(int index) => _starts[index];

        public ReadOnlyMemory<float> Item(int index) =>
            Values.AsMemory(_starts[index] * dimensions, (_starts[index + 1] - _starts[index]) * dimensions);

        public void Add(ReadOnlySpan<float> item)
        {
            var used = Rows * dimensions;
            if (Values.Length < used + item.Length)
            {
                Grow(used, Math.Max(used + item.Length, Math.Min(RowsOfBlock * dimensions, Math.Max(16 * item.Length, used * 4))));
            }

            item.CopyTo(Values.AsSpan(used));
            _starts.Add(Rows + (item.Length / dimensions));
        }

        private void Grow(int used, int size)
        {
            var larger = GC.AllocateUninitializedArray<float>(size, pinned: true);
            Values.AsSpan(0, used).CopyTo(larger);
            Values = larger;
        }
    }
}
