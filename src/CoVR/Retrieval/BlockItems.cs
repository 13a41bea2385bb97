namespace CoVR.Retrieval;

/// <summary>The items of a <see cref="RowBlock"/>, by their place in it. Safe for use from several threads.</summary>
internal abstract class BlockItems
{
    /// <summary>The item at a place.</summary>
    public abstract LiveItem this[int item] { get; }

    /// <summary>Items in memory.</summary>
    public static BlockItems Of(LiveItem[] items) => new InMemory(items);

    /// <summary>Called before the rows of an item are compared; throws if they are damaged.</summary>
    public virtual void Check(int item, ReadOnlyMemory<float> rows)
    {
    }

    private sealed class InMemory(LiveItem[] items) : BlockItems
    {
        public override LiveItem this[int item] => items[item];
    }
}

/// <summary>Blocks whose items are found by identity without a dictionary of them.</summary>
/// <param name="Blocks">The blocks; all but the last have equally many items.</param>
/// <param name="ItemsOfBlock">How many items a block has.</param>
/// <param name="Find">The place of an item among all of them, dead ones included; -1 if absent.</param>
internal sealed record RowPart(RowBlock[] Blocks, int ItemsOfBlock, Func<MediaId, int> Find);
