namespace CoVR;

/// <summary>The rows of all items in blocks of about 4096 rows; a block is one pinned array, so that libtorch can read it in place.</summary>
internal sealed class GalleryRows
{
    private const int RowsOfBlock = 4096;
    private readonly List<Block> _blocks = [];
    private readonly int _itemsOfBlock;

    /// <summary>Makes an empty gallery.</summary>
    /// <param name="rows">Rows of one item.</param>
    /// <param name="dimensions">D.</param>
    public GalleryRows(int rows, int dimensions)
    {
        (Rows, Dimensions) = (rows, dimensions);
        _itemsOfBlock = Math.Max(1, RowsOfBlock / rows);
    }

    public int Rows { get; }

    public int Dimensions { get; }

    public IReadOnlyList<Block> Blocks => _blocks;

    /// <summary>The largest length of any row.</summary>
    public float LargestNorm { get; private set; }

    private int ItemSize => Rows * Dimensions;

    public void Add(ReadOnlySpan<float> item)
    {
        if (_blocks.Count == 0 || _blocks[^1].Items == _itemsOfBlock)
        {
            _blocks.Add(new Block(_blocks.Count * _itemsOfBlock, ItemSize));
        }

        _blocks[^1].Add(item, _itemsOfBlock);
        for (var start = 0; start < item.Length; start += Dimensions)
        {
            LargestNorm = MathF.Max(LargestNorm, VectorMath.Norm(item.Slice(start, Dimensions)));
        }
    }

    public ReadOnlyMemory<float> this[int ordinal] => _blocks[ordinal / _itemsOfBlock].Item(ordinal % _itemsOfBlock);

    /// <summary>Items that lie one after the other.</summary>
    internal sealed class Block(int firstOrdinal, int itemSize)
    {
        public int FirstOrdinal { get; } = firstOrdinal;

        public int Items { get; private set; }

        /// <summary>At least <see cref="Items"/> items; what follows is unused.</summary>
        public float[] Values { get; private set; } = [];

        public ReadOnlyMemory<float> Item(int index) => Values.AsMemory(index * itemSize, itemSize);

        public void Add(ReadOnlySpan<float> item, int limit)
        {
            if (Values.Length == Items * itemSize)
            {
                Grow(Math.Min(limit, Math.Max(16, Items * 4)));
            }

            item.CopyTo(Values.AsSpan(Items * itemSize));
            Items++;
        }

        private void Grow(int items)
        {
            var larger = GC.AllocateUninitializedArray<float>(checked(items * itemSize), pinned: true);
            Values.AsSpan(0, Items * itemSize).CopyTo(larger);
            Values = larger;
        }
    }
}
