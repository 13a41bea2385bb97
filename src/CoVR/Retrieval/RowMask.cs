using System.Numerics;

namespace CoVR.Retrieval;

/// <summary>The items of a snapshot that a query may return: one bit per item, block by block.</summary>
internal sealed class RowMask
{
    private readonly ulong[]?[] _blocks;

    private RowMask(ulong[]?[] blocks, int count) => (_blocks, Count) = (blocks, count);

    /// <summary>How many items there are.</summary>
    public int Count { get; }

    /// <summary>The bits of a block; null if all its items count.</summary>
    public ulong[]? this[int block] => _blocks[block];

    /// <summary>All items.</summary>
    public static RowMask All(RowSnapshot rows) => new([.. rows.Blocks.Select(block => block.Alive)], rows.Count);

    /// <summary>The items that a filter passes.</summary>
    public static RowMask Matching(RowSnapshot rows, GalleryFilter filter, CancellationToken cancellationToken)
    {
        var blocks = new ulong[rows.Blocks.Length][];
        Parallel.For(0, blocks.Length, new ParallelOptions { CancellationToken = cancellationToken }, b => blocks[b] = rows.Blocks[b].Passing(filter));
        return new RowMask(blocks, blocks.Sum(words => words.Sum(BitOperations.PopCount)));
    }

    /// <summary>The mask without the given items.</summary>
    /// <param name="rows">The snapshot that the mask belongs to.</param>
    /// <param name="ordinals">Items of the snapshot, in the mask or not.</param>
    public RowMask Without(RowSnapshot rows, IReadOnlyCollection<int> ordinals)
    {
        if (ordinals.Count == 0)
        {
            return this;
        }

        var (blocks, count) = (_blocks.ToArray(), Count);
        foreach (var ordinal in ordinals)
        {
            var (b, item) = (ordinal / RowBlock.Capacity, ordinal % RowBlock.Capacity);
            if (blocks[b] is { } words && !Bits.Get(words, item))
            {
                continue;
            }

            if (ReferenceEquals(blocks[b], _blocks[b]))
            {
                blocks[b] = _blocks[b] is { } original ? [.. original] : Bits.All(rows.Blocks[b].Count);
            }

            Bits.Clear(blocks[b]!, item);
            count--;
        }

        return new RowMask(blocks, count);
    }
}
