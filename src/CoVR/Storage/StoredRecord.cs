namespace CoVR.Storage;

/// <summary>The kinds of records in a segment.</summary>
internal enum RecordKind : byte
{
    /// <summary>The first record of a file: a random number that distinguishes it from earlier files.</summary>
    Segment,

    /// <summary>An item with its embedding.</summary>
    Entry,

    /// <summary>An item was removed.</summary>
    Removal,

    /// <summary>An item could not be embedded.</summary>
    Failure,
}

/// <summary>One record of a segment, without its embedding.</summary>
internal sealed class StoredRecord
{
    public required RecordKind Kind { get; init; }

    public MediaId Id { get; init; }

    /// <summary>Of two records of an item, the one with the higher number counts; 0 in files of version 1.</summary>
    public long Sequence { get; init; }

    /// <summary>The position among the records of one write.</summary>
    public int Index { get; init; }

    /// <summary>Whether more records of the same write follow.</summary>
    public bool Continues { get; init; }

    /// <summary>F; 0 without an embedding.</summary>
    public int Frames { get; init; }

    public RecordDetails Details { get; init; } = RecordDetails.None;

    /// <summary>The file that the record lies in.</summary>
    public required SegmentFile Segment { get; init; }

    public long Offset { get; init; }

    /// <summary>The bytes of the record, its header included.</summary>
    public int Length { get; init; }

    public long End => Offset + Length;

    public GalleryItem Item => new(Id, Details.Properties);
}

/// <summary>A pending change.</summary>
internal readonly record struct Change(RecordKind Kind, MediaId Id, RecordDetails Details, EmbeddingSet? Embedding)
{
    public static Change Of(GalleryEntry entry) =>
        new(RecordKind.Entry, entry.Id, new RecordDetails { Properties = entry.Properties, FrameTimes = entry.FrameTimes }, entry.Embedding);

    public static Change Of(EmbeddingFailure failure) => new(RecordKind.Failure, failure.Id, new RecordDetails { Failure = failure }, null);

    public static Change RemovalOf(MediaId id) => new(RecordKind.Removal, id, RecordDetails.None, null);
}
