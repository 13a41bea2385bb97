namespace CoVR.Storage;

/// <summary>The position of each item's newest record over all segments of a folder.</summary>
/// <remarks>Not safe for use from several threads. Most records of a large folder are in parts, which are mapped; the others are in memory.</remarks>
internal sealed partial class FolderIndex : IDisposable
{
    private readonly string _folder;
    private readonly EmbeddingFingerprint _fingerprint;
    // By the text of the identity: collections of strings need no compiling at run time.
    private readonly Dictionary<string, StoredRecord> _newest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredRecord> _failures = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SegmentFile> _segments = new(StringComparer.Ordinal);
    private readonly List<RecordDamage> _damage = [];

    private FolderIndex(string folder, EmbeddingFingerprint fingerprint) => (_folder, _fingerprint) = (folder, fingerprint);

    /// <summary>How many items there are.</summary>
    public int Count { get; private set; }

    /// <summary>The highest sequence number of any record.</summary>
    public long LastSequence { get; private set; }

    public IReadOnlyCollection<SegmentFile> Segments => _segments.Values;

    /// <summary>Damaged places in the middle of segments.</summary>
    public IReadOnlyList<RecordDamage> Damage => _damage;

    /// <summary>The records of all items.</summary>
    public IEnumerable<StoredRecord> Entries => EntriesInMemory.Concat(_parts.Records);

    /// <summary>Reads all segments of a folder, as they are at one moment.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="fingerprint">What made the embeddings.</param>
    /// <param name="form">The rows of the parts to use; null to read everything from the segments.</param>
    public static FolderIndex Load(string folder, EmbeddingFingerprint fingerprint, RowForm? form = null)
    {
        while (true)
        {
            var index = new FolderIndex(folder, fingerprint);
            try
            {
                foreach (var files in SegmentFiles.In(folder))
                {
                    index.Add(SegmentFile.Open(files, fingerprint));
                }

                index.AddParts(form);
                var (records, damage) = index.Scan();
                index.Apply(records, damage);
                if (index.IsCurrent())
                {
                    return index;
                }
            }
            catch (FileNotFoundException)
            {
                // The segment has been merged into another one meanwhile.
            }
            catch
            {
                index.Dispose();
                throw;
            }

            index.Dispose();
        }
    }

    /// <summary>Whether the folder still consists of exactly the files that were read.</summary>
    public bool IsCurrent()
    {
        try
        {
            return SegmentFiles.In(_folder).Select(files => files.Name).Order(StringComparer.Ordinal).SequenceEqual(_segments.Keys)
                && !_segments.Values.Any(segment => segment.IsReplaced());
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Reads what was appended to the segments, without applying it.</summary>
    public (List<StoredRecord> Records, List<RecordDamage> Damage) Scan()
    {
        List<StoredRecord> records = [];
        List<RecordDamage> damage = [];
        foreach (var segment in _segments.Values)
        {
            var found = segment.Scan();
            records.AddRange(found.Records);
            damage.AddRange(found.Damage);
        }

        return (records, damage);
    }

    /// <summary>Applies what was read or written.</summary>
    /// <returns>The records that changed an item.</returns>
    public List<StoredRecord> Apply(IEnumerable<StoredRecord> records, IEnumerable<RecordDamage> damage)
    {
        _damage.AddRange(damage);
        return [.. records.Where(Apply)];
    }

    /// <summary>The segment of a name; created if absent.</summary>
    public SegmentFile Require(SegmentFiles files)
    {
        if (!_segments.TryGetValue(files.Name, out var segment))
        {
            Add(segment = SegmentFile.Create(files, _fingerprint));
        }

        return segment;
    }

    /// <summary>The newest record of an item; null if absent.</summary>
    public StoredRecord? Find(MediaId id) => Newest(id) is { Kind: RecordKind.Entry } record ? record : null;

    /// <summary>The failure of an item that has no record.</summary>
    public StoredRecord? FindFailure(MediaId id) => Newest(id) is { Kind: RecordKind.Entry } ? null : _failures.GetValueOrDefault(id.Value);

    /// <summary>The last failures of all items without a record.</summary>
    public IEnumerable<EmbeddingFailure> Failures() => _failures.Values.Select(record => FindFailure(record.Id)).OfType<StoredRecord>().Select(record => record.Details.Failure!);

    /// <summary>The records that a compacted file must keep, in file order.</summary>
    /// <param name="segment">The segment; null for all.</param>
    public IReadOnlyList<StoredRecord> Live(SegmentFile? segment) =>
        [.. _newest.Values.Where(record => record.Kind == RecordKind.Entry || RemovalsCount)
            .Concat(_parts.Records)
            .Concat(_failures.Values)
            .Where(record => segment is null || record.Segment == segment)
            .OrderBy(record => record.Segment.Files.Name, StringComparer.Ordinal)
            .ThenBy(record => record.Offset)];

    /// <summary>How many bytes compaction would save in a segment.</summary>
    public long DeadBytes(SegmentFile segment) => segment.End - segment.LiveBytes - (RemovalsCount ? segment.RemovalBytes : 0);

    /// <summary>Throws if a segment is damaged, because an answer might miss items.</summary>
    /// <exception cref="GalleryException">Names the first damaged record.</exception>
    public void RequireWhole()
    {
        if (_damage.Count > 0)
        {
            throw _damage[0].ToException();
        }
    }

    /// <summary>The difference between this state and a later one.</summary>
    /// <returns>Records of items that were added or replaced since, and items that are gone.</returns>
    public (List<StoredRecord> Changed, List<MediaId> Gone) ChangesTo(FolderIndex later) => (
        [.. later.Entries.Where(record => Find(record.Id)?.Sequence != record.Sequence)],
        [.. Entries.Select(record => record.Id).Where(id => later.Find(id) is null)]);

    public void Dispose()
    {
        foreach (var segment in _segments.Values)
        {
            segment.Dispose();
        }
    }

    /// <summary>A removal must be kept as long as another file may hold an older record of the item.</summary>
    private bool RemovalsCount => _segments.Count > 1;

    /// <summary>The newest entry or removal of an item. A record in memory is newer than any in a part.</summary>
    private StoredRecord? Newest(MediaId id) => _newest.GetValueOrDefault(id.Value) ?? _parts.Find(id);

    private void Add(SegmentFile segment) => _segments.Add(segment.Files.Name, segment);

    /// <summary>Whether a record adds, replaces or removes an item.</summary>
    private bool Apply(StoredRecord record)
    {
        LastSequence = Math.Max(LastSequence, record.Sequence);
        return record.Kind switch
        {
            RecordKind.Segment => false,
            RecordKind.Failure => ApplyFailure(record),
            _ => ApplyItem(record),
        };
    }

    private bool ApplyItem(StoredRecord record)
    {
        var known = Newest(record.Id);
        if (known is not null && !IsNewer(record, known))
        {
            return false;
        }

        if (_failures.TryGetValue(record.Id.Value, out var failure) && failure.Sequence < record.Sequence)
        {
            Account(failure, -1);
            _failures.Remove(record.Id.Value);
        }

        Account(known, -1);
        Account(record, 1);
        if (known is not null)
        {
            _parts.Kill(record.Id);
        }

        _newest[record.Id.Value] = record;
        return record.Kind == RecordKind.Entry || known is { Kind: RecordKind.Entry };
    }

    private bool ApplyFailure(StoredRecord record)
    {
        var isOutdated = (Newest(record.Id) is { } item && (item.Kind == RecordKind.Entry || item.Sequence > record.Sequence))
            || (_failures.GetValueOrDefault(record.Id.Value) is { } other && !IsNewer(record, other));
        if (!isOutdated)
        {
            Account(_failures.GetValueOrDefault(record.Id.Value), -1);
            Account(record, 1);
            _failures[record.Id.Value] = record;
        }

        return false;
    }

    private void Account(StoredRecord? record, int sign)
    {
        if (record is { Kind: RecordKind.Removal })
        {
            record.Segment.RemovalBytes += sign * record.Length;
        }
        else if (record is not null)
        {
            record.Segment.LiveBytes += sign * record.Length;
            Count += record.Kind == RecordKind.Entry ? sign : 0;
        }
    }

    /// <summary>Equal sequences come from files of version 1, from one write, or from two writers in the same tick; then file order decides.</summary>
    private static bool IsNewer(StoredRecord record, StoredRecord known) => record.Sequence != known.Sequence
        ? record.Sequence > known.Sequence
        : record.Segment == known.Segment
            ? record.Offset > known.Offset
            : string.CompareOrdinal(record.Segment.Files.Name, known.Segment.Files.Name) < 0;
}
