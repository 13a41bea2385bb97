namespace CoVR.Storage;

/// <summary>What a record of a segment says.</summary>
internal enum RecordKind : byte
{
    /// <summary>The first record of a file: a random number that tells it from the files before it.</summary>
    Segment,

    /// <summary>An item with its embedding.</summary>
    Entry,

    /// <summary>An item is gone.</summary>
    Removal,

    /// <summary>An item could not be embedded.</summary>
    Failure,
}

/// <summary>One record of a segment, without the numbers of its embedding.</summary>
internal sealed class StoredRecord
{
    public required RecordKind Kind { get; init; }

    public MediaId Id { get; init; }

    /// <summary>Of two records of an item the one with the higher number counts; 0 in files of version 1.</summary>
    public long Sequence { get; init; }

    /// <summary>The position among the records that were written together.</summary>
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

/// <summary>A change that waits to be written.</summary>
internal readonly record struct Change(RecordKind Kind, MediaId Id, RecordDetails Details, EmbeddingSet? Embedding)
{
    public static Change Of(GalleryEntry entry) =>
        new(RecordKind.Entry, entry.Id, new RecordDetails { Properties = entry.Properties, FrameTimes = entry.FrameTimes }, entry.Embedding);

    public static Change Of(EmbeddingFailure failure) => new(RecordKind.Failure, failure.Id, new RecordDetails { Failure = failure }, null);

    public static Change RemovalOf(MediaId id) => new(RecordKind.Removal, id, RecordDetails.None, null);
}
