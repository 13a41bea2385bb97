namespace CoVR.Retrieval;

/// <summary>One state of a gallery's rows. Immutable; keeps the memory of its rows alive.</summary>
/// <remarks>An item's ordinal is the index of its block times <see cref="RowBlock.Capacity"/> plus its index in the block.</remarks>
/// <param name="blocks">Blocks; empty ones are unused slots.</param>
/// <param name="dimensions">D.</param>
internal sealed class RowSnapshot(RowBlock[] blocks, int dimensions)
{
    /// <summary>D.</summary>
    public int Dimensions => dimensions;

    /// <summary>The blocks.</summary>
    public RowBlock[] Blocks => blocks;

    /// <summary>The number of live items.</summary>
    public int Count { get; } = blocks.Sum(block => block.AliveCount);

    /// <summary>The rows of all blocks, dead ones included.</summary>
    public long Rows { get; } = blocks.Sum(block => (long)block.Rows);

    /// <summary>Whether all rows have codes.</summary>
    public bool HasCodes { get; } = Array.TrueForAll(blocks, block => block.Count == 0 || block.Codes.Length > 0);

    /// <summary>The live items.</summary>
    public IEnumerable<LiveItem> Items => blocks.SelectMany(block => block.AliveItems().Select(item => block.Items[item]));

    /// <summary>The item of an ordinal.</summary>
    public LiveItem ItemAt(int ordinal) => blocks[ordinal / RowBlock.Capacity].Items[ordinal % RowBlock.Capacity];

    /// <summary>The rows of an ordinal.</summary>
    public ReadOnlyMemory<float> RowsAt(int ordinal) => blocks[ordinal / RowBlock.Capacity].RowsOf(ordinal % RowBlock.Capacity, dimensions);

    /// <summary>The length of the longest row.</summary>
    public float LongestRow() => blocks.Max(block => block.LongestRow(dimensions));

    /// <summary>Orders items by identity.</summary>
    public int CompareIds(int left, int right) => ItemAt(left).Id.CompareTo(ItemAt(right).Id);
}
