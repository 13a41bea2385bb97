namespace CoVR.Storage;

/// <summary>What a part is to hold.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Start">The first byte of the segment that belongs to it.</param>
/// <param name="CountInMemory">How many items are in no part yet.</param>
/// <param name="Replaced">The parts that it takes the place of.</param>
/// <param name="Count">How many items there are.</param>
/// <param name="Entries">The items in the order of the segment, read as they are enumerated.</param>
/// <param name="Others">Removals and failures.</param>
internal sealed record PartContents(
    SegmentFile Segment, long Start, int CountInMemory, IReadOnlyCollection<SegmentPart> Replaced, int Count, IEnumerable<StoredRecord> Entries, IReadOnlyList<StoredRecord> Others);
