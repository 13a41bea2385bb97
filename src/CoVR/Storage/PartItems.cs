using CoVR.Retrieval;

namespace CoVR.Storage;

/// <summary>The items of a block of a part, which are made when they are asked for.</summary>
/// <param name="part">The part.</param>
/// <param name="first">The place of the first.</param>
/// <param name="read">Reads the current embedding of a record.</param>
internal sealed class PartItems(SegmentPart part, int first, Func<StoredRecord, EmbeddingSet> read) : BlockItems
{
    public override LiveItem this[int item] => new StoredItem(part.RecordAt(first + item), read);

    public override void Check(int item, ReadOnlyMemory<float> rows) => part.RequireRows(first + item, rows.Span);
}

/// <summary>An item of a folder. Its frames are read only for the few hits that have frame times.</summary>
internal sealed class StoredItem(StoredRecord record, Func<StoredRecord, EmbeddingSet> read) : LiveItem(record.Item)
{
    public override IReadOnlyList<TimeSpan> FrameTimes => record.Details.FrameTimes;

    public override EmbeddingSet? Frames => read(record);
}
