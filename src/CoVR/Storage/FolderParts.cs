using System.Numerics;
using CoVR.Retrieval;

namespace CoVR.Storage;

/// <summary>The items in the parts of a folder's segments that no newer record has replaced. Not safe for use from several threads.</summary>
internal sealed class FolderParts
{
    private readonly List<(SegmentPart Part, ulong[]?[] Alive)> _parts = [];

    public IEnumerable<SegmentPart> All => _parts.Select(pair => pair.Part);

    /// <summary>The records of the items.</summary>
    public IEnumerable<StoredRecord> Records => _parts.SelectMany(pair => RecordsOf(pair.Part, pair.Alive));

    /// <summary>Adds a part, whose items are all live.</summary>
    public void Add(SegmentPart part) => _parts.Add((part, new ulong[]?[part.Blocks]));

    /// <summary>Puts a part in the place of others, whose live items it holds.</summary>
    public void Replace(IReadOnlyCollection<SegmentPart> others, SegmentPart part)
    {
        _parts.RemoveAll(pair => others.Contains(pair.Part));
        Add(part);
    }

    /// <summary>The record of an item; null if absent.</summary>
    public StoredRecord? Find(MediaId id)
    {
        foreach (var (part, alive) in _parts)
        {
            if (part.Find(id) is >= 0 and var place && IsAlive(part, alive, place))
            {
                return part.RecordAt(place);
            }
        }

        return null;
    }

    /// <summary>Marks an item as replaced, if it is in a part.</summary>
    public void Kill(MediaId id)
    {
        foreach (var (part, alive) in _parts)
        {
            if (part.Find(id) is >= 0 and var place && Kill(part, alive, place))
            {
                return;
            }
        }
    }

    /// <summary>Marks the item at a place as replaced.</summary>
    /// <returns>Whether it was live.</returns>
    public bool Kill(SegmentPart part, int place) => Kill(part, AliveOf(part), place);

    /// <summary>Whether the item at a place counts.</summary>
    public bool IsAlive(SegmentPart part, int place) => IsAlive(part, AliveOf(part), place);

    /// <summary>The live records of a part.</summary>
    public IEnumerable<StoredRecord> RecordsOf(SegmentPart part) => RecordsOf(part, AliveOf(part));

    /// <summary>How many live items a part has.</summary>
    public int CountOf(SegmentPart part) => part.Count - AliveOf(part).Select((bits, block) => bits is null ? 0 : part.CountOfBlock(block) - bits.Sum(BitOperations.PopCount)).Sum();

    /// <summary>The rows of all parts.</summary>
    /// <exception cref="PartDamagedException">Codes are damaged.</exception>
    public RowPart[] ToRows(Func<StoredRecord, EmbeddingSet> read) => [.. _parts.Select(pair => pair.Part.ToRows(pair.Alive, read))];

    private ulong[]?[] AliveOf(SegmentPart part) => _parts.Find(pair => pair.Part == part).Alive;

    private static bool Kill(SegmentPart part, ulong[]?[] alive, int place)
    {
        if (!IsAlive(part, alive, place))
        {
            return false;
        }

        var block = place / part.ItemsOfBlock;
        Bits.Clear(alive[block] ??= Bits.All(part.CountOfBlock(block)), place % part.ItemsOfBlock);
        return true;
    }

    private static IEnumerable<StoredRecord> RecordsOf(SegmentPart part, ulong[]?[] alive) =>
        Enumerable.Range(0, part.Count).Where(place => IsAlive(part, alive, place)).Select(part.RecordAt);

    private static bool IsAlive(SegmentPart part, ulong[]?[] alive, int place) =>
        alive[place / part.ItemsOfBlock] is not { } bits || Bits.Get(bits, place % part.ItemsOfBlock);
}
