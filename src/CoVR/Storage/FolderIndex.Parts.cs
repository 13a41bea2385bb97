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
    public PartContents NextPart(SegmentFile segment)
    {
        StoredRecord[] entries = [.. EntriesInMemory.Where(record => record.Segment == segment).OrderBy(record => record.Offset)];
        Stack<SegmentPart> before = new(_parts.All.Where(part => part.Segment == segment).OrderBy(part => part.End));
        List<SegmentPart> replaced = [];
        var count = entries.Length;
        while (count > 0 && before.TryPeek(out var last) && last.Count <= count)
        {
            replaced.Insert(0, before.Pop());
            count += _parts.CountOf(last);
        }

        var start = before.TryPeek(out var kept) ? kept.End : 0;
        var others = _newest.Values.Where(record => record.Kind != RecordKind.Entry).Concat(_failures.Values);
        return new PartContents(
            segment, start, entries.Length, replaced, count, replaced.SelectMany(_parts.RecordsOf).Concat(entries), [.. others.Where(record => record.Segment == segment && record.Offset >= start)]);
    }

    /// <summary>Takes over a part that was just written.</summary>
    public void Replace(PartContents contents, SegmentPart part)
    {
        _parts.Replace(contents.Replaced, part);
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
