namespace CoVR.Storage;

internal sealed partial class FolderIndex
{
    private readonly FolderParts _parts = new();

    /// <summary>The items that are in no part.</summary>
    public IEnumerable<StoredRecord> EntriesInMemory => _newest.Values.Where(record => record.Kind == RecordKind.Entry);

    /// <summary>How many records of items are in no part.</summary>
    public int CountInMemory => _newest.Count;

    /// <summary>The items in parts.</summary>
    public FolderParts Parts => _parts;

    /// <summary>What is to be written to a part that ends where a segment ends, with the parts that it takes the place of.</summary>
    /// <remarks>Parts that are not larger than what follows them are taken in, so that there are few, and a record is written few times.</remarks>
    public (SegmentPart[] Replaced, StoredRecord[] Entries, StoredRecord[] Others) NextPart(SegmentFile segment)
    {
        var entries = EntriesInMemory.Where(record => record.Segment == segment).ToList();
        Stack<SegmentPart> parts = new(_parts.All.Where(part => part.Segment == segment).OrderBy(part => part.End));
        List<SegmentPart> replaced = [];
        while (entries.Count > 0 && parts.TryPeek(out var last) && last.Count <= entries.Count)
        {
            replaced.Add(parts.Pop());
            entries.AddRange(_parts.RecordsOf(last));
        }

        var start = parts.TryPeek(out var before) ? before.End : 0;
        return (
            [.. replaced],
            [.. entries.OrderBy(record => record.Offset)],
            [.. _newest.Values.Where(record => record.Kind != RecordKind.Entry).Concat(_failures.Values).Where(record => record.Segment == segment && record.Offset >= start).OrderBy(record => record.Offset)]);
    }

    /// <summary>Takes over a part that was just written.</summary>
    public void Replace(IReadOnlyCollection<SegmentPart> replaced, SegmentPart part)
    {
        _parts.Replace(replaced, part);
        foreach (var record in EntriesInMemory.Where(record => record.Segment == part.Segment).ToList())
        {
            _newest.Remove(record.Id.Value);
        }
    }

    private void AddParts(RowForm? form)
    {
        if (form?.PartName is null)
        {
            return;
        }

        List<StoredRecord> others = [];
        foreach (var segment in _segments.Values)
        {
            foreach (var part in SegmentPart.Chain(segment, form))
            {
                Add(part);
                segment.SkipTo(part);
                others.AddRange(part.Others);
            }
        }

        Apply(others, []);
    }

    private void Add(SegmentPart part)
    {
        var before = _parts.All.ToList();
        _parts.Add(part);
        part.Segment.LiveBytes += part.LiveBytes;
        (Count, LastSequence) = (Count + part.Count, Math.Max(LastSequence, part.LastSequence));
        foreach (var other in before)
        {
            foreach (var (here, there) in part.Common(other))
            {
                var (mine, theirs) = (part.RecordAt(here), other.RecordAt(there));
                var isNewer = IsNewer(mine, theirs);
                if (_parts.IsAlive(part, here) && _parts.IsAlive(other, there) && (isNewer ? _parts.Kill(other, there) : _parts.Kill(part, here)))
                {
                    Account(isNewer ? theirs : mine, -1);
                }
            }
        }
    }
}
