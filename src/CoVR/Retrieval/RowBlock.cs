using System.Numerics;

namespace CoVR.Retrieval;

/// <summary>An item as the search engine sees it.</summary>
/// <param name="description">Identity and properties.</param>
internal class LiveItem(GalleryItem description)
{
    /// <summary>Identity and properties.</summary>
    public GalleryItem Description { get; } = description;

    /// <summary>The identity.</summary>
    public MediaId Id => Description.Id;

    /// <summary>The times of the frames; empty if unknown.</summary>
    public virtual IReadOnlyList<TimeSpan> FrameTimes => [];

    /// <summary>The embedding [F, Q, D] before its frames were pooled; null if the searchable rows are its own numbers.</summary>
    public virtual EmbeddingSet? Frames => null;
}

/// <summary>At most <see cref="Capacity"/> items whose rows are contiguous. Immutable: further dead items are marked in a new block over the same memory.</summary>
/// <param name="Values">The rows [Rows, D], possibly followed by unused space. The memory must not move: a pinned array or a <c>MemoryManager</c> of a memory map.</param>
/// <param name="Items">The items, possibly followed by unused space.</param>
/// <param name="Starts">The first row of each item, and the end of the last, possibly followed by unused numbers.</param>
/// <param name="Count">How many items there are, dead ones included.</param>
internal sealed record RowBlock(ReadOnlyMemory<float> Values, BlockItems Items, int[] Starts, int Count)
{
    /// <summary>The most items per block, and the most rows unless a single item has more.</summary>
    public const int Capacity = 4096;

    /// <summary>A block without items.</summary>
    public static readonly RowBlock Empty = new(ReadOnlyMemory<float>.Empty, BlockItems.Of([]), [0], 0);

    // Shared by copies of the block in which further items are dead.
    private readonly FilteredItems _filtered = new();

    /// <summary>One bit per item; null if all are live.</summary>
    public ulong[]? Alive { get; private init; }

    /// <summary>The length of the longest row; negative if not yet known.</summary>
    public float Longest { private get; set; } = -1;

    /// <summary>The number of live items.</summary>
    public int AliveCount { get; private init; } = Count;

    /// <summary>The rows of all items, dead ones included.</summary>
    public int Rows => Starts[Count];

    /// <summary>The rows' codes (<see cref="RowCodes"/>), possibly followed by unused space; empty if none are used. The memory must not move.</summary>
    public ReadOnlyMemory<byte> Codes { get; init; }

    /// <summary>Whether the engine may copy live items elsewhere and drop the block; false for memory it does not own.</summary>
    public bool IsOwned { get; init; }

    /// <summary>Cuts rows that the engine does not own, such as those of a memory map, into blocks.</summary>
    /// <param name="values">The rows of all items [Rows, D]; the memory must not move while a block refers to it.</param>
    /// <param name="items">The items in the order of their rows.</param>
    /// <param name="startOf">The first row of an item; for <c>items.Count</c> the end of the last.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="coded">Whether the rows get codes.</param>
    public static IEnumerable<RowBlock> Cut(ReadOnlyMemory<float> values, IReadOnlyList<LiveItem> items, Func<int, int> startOf, int dimensions, bool coded = true)
    {
        for (var first = 0; first < items.Count;)
        {
            var (start, end) = (startOf(first), first + 1);
            while (end < items.Count && end - first < Capacity && startOf(end + 1) - start <= Capacity)
            {
                end++;
            }

            var starts = Enumerable.Range(first, end - first + 1).Select(item => startOf(item) - start).ToArray();
            var rows = values.Slice(start * dimensions, starts[^1] * dimensions);
            yield return new RowBlock(rows, BlockItems.Of([.. items.Skip(first).Take(end - first)]), starts, end - first) { Codes = coded ? RowCodes.Of(rows.Span, dimensions) : default };
            first = end;
        }
    }

    /// <summary>The rows of an item.</summary>
    public ReadOnlyMemory<float> RowsOf(int item, int dimensions)
    {
        var rows = Values.Slice(Starts[item] * dimensions, (Starts[item + 1] - Starts[item]) * dimensions);
        Items.Check(item, rows);
        return rows;
    }

    /// <summary>Whether an item is live.</summary>
    public bool IsAlive(int item) => item < Count && (Alive is null || Bits.Get(Alive, item));

    /// <summary>The block in which only the given items are live.</summary>
    public RowBlock Only(ulong[]? alive) => alive is null ? this : this with { Alive = alive, AliveCount = alive.Sum(BitOperations.PopCount) };

    /// <summary>The live items that a filter passes, one bit each. The last few filters are remembered.</summary>
    public ulong[] Passing(GalleryFilter filter)
    {
        var passing = _filtered.Find(filter) ?? _filtered.Add(filter, Evaluate(filter));
        if (Alive is null)
        {
            return passing;
        }

        ulong[] both = [.. passing];
        for (var word = 0; word < both.Length; word++)
        {
            both[word] &= Alive[word];
        }

        return both;
    }

    /// <summary>The positions of the live items.</summary>
    public IEnumerable<int> AliveItems() => Enumerable.Range(0, Count).Where(IsAlive);

    /// <summary>The block with one more item marked dead.</summary>
    public RowBlock Without(int item)
    {
        var alive = Alive is null ? Bits.All(Count) : [.. Alive];
        Bits.Clear(alive, item);
        return this with { Alive = alive, AliveCount = AliveCount - 1 };
    }

    /// <summary>The block with items appended, all live.</summary>
    public RowBlock Grown(RowBlock longer)
    {
        if (Alive is null)
        {
            return longer;
        }

        var alive = Bits.All(longer.Count);
        Alive.CopyTo(alive, 0);
        for (var item = Count; item < longer.Count; item++)
        {
            Bits.Set(alive, item);
        }

        return longer with { Alive = alive, AliveCount = AliveCount + longer.Count - Count };
    }

    private ulong[] Evaluate(GalleryFilter filter)
    {
        var passing = new ulong[(Count + 63) / 64];
        for (var item = 0; item < Count; item++)
        {
            if (filter.Matches(Items[item].Description))
            {
                Bits.Set(passing, item);
            }
        }

        return passing;
    }

    /// <summary>The length of the longest row, dead ones included.</summary>
    public float LongestRow(int dimensions) =>
        Longest >= 0 ? Longest : Longest = BlockProducts.LongestOf(Values.Span[..(Rows * dimensions)], dimensions);
}
