using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace CoVR.Storage;

/// <summary>An append-only file of records; only an unfinished end is ever cut off, until compaction replaces the file.</summary>
/// <remarks>Reading is safe from several threads and while another process appends; one thread may append.</remarks>
internal sealed class SegmentFile : IDisposable
{
    private const FileShare Sharing = FileShare.ReadWrite | FileShare.Delete;
    private const int WindowLength = 4 << 20;
    private const int StartLength = 4096;
    private const long MostValues = 1 << 24;
    private readonly EmbeddingFingerprint _fingerprint;
    private readonly SafeFileHandle _file;
    private SafeFileHandle? _writer;

    // What the first scan read, for a search that follows it; null once that is too much or was used.
    private Dictionary<StoredRecord, float[]>? _values = [];
    private long _valuesLength;

    private SegmentFile(SegmentFiles files, EmbeddingFingerprint fingerprint)
    {
        (Files, _fingerprint) = (files, fingerprint);
        _file = File.OpenHandle(files.SegmentPath, FileMode.Open, FileAccess.Read, Sharing);
        Generation = ReadGeneration();
    }

    /// <summary>The names of the segment and of its files.</summary>
    public SegmentFiles Files { get; }

    /// <summary>Distinguishes the file from earlier ones of the same name; empty in version 1 files and in new ones.</summary>
    public Guid Generation { get; private set; }

    /// <summary>Numbers per frame: Q x D.</summary>
    public int ValuesOfFrame => checked(_fingerprint.Vectors * _fingerprint.Dimensions);

    /// <summary>The end of the last complete write.</summary>
    public long End { get; private set; }

    /// <summary>The offset of the last record of complete writes; 0 if there is none.</summary>
    public long LastRecord { get; private set; }

    /// <summary>Bytes of an unfinished write after <see cref="End"/>, as the last <see cref="Scan"/> found them.</summary>
    public long Unfinished { get; private set; }

    /// <summary>What is wrong with these bytes; null if they are blank, or whole records of an unfinished write.</summary>
    public IReadOnlyList<RecordDamage> UnfinishedDamage { get; private set; } = [];

    /// <summary>Live bytes of entries and failures.</summary>
    public long LiveBytes { get; set; }

    /// <summary>Live bytes of removals.</summary>
    public long RemovalBytes { get; set; }

    public static SegmentFile Open(SegmentFiles files, EmbeddingFingerprint fingerprint) => new(files, fingerprint);

    /// <summary>Opens an existing file or an empty one.</summary>
    public static SegmentFile Create(SegmentFiles files, EmbeddingFingerprint fingerprint)
    {
        File.OpenHandle(files.SegmentPath, FileMode.OpenOrCreate, FileAccess.Write, Sharing).Dispose();
        return new SegmentFile(files, fingerprint);
    }

    /// <summary>Reads what was written after <see cref="End"/>.</summary>
    /// <returns>The records of complete writes, and damaged places among them.</returns>
    public (List<StoredRecord> Records, List<RecordDamage> Damage) Scan()
    {
        List<StoredRecord> complete = [], write = [];
        List<RecordDamage> damaged = [], perhapsUnfinished = [];
        var (end, length) = (End, RandomAccess.GetLength(_file));
        foreach (var (record, damage) in SegmentScanner.Walk(_file, this, End, WindowLength))
        {
            if (damage is not null)
            {
                perhapsUnfinished.Add(damage);
                continue;
            }

            if (record!.Index == 0)
            {
                // A later write was started, so this is damage and not an unfinished end.
                Complete();
                end = record.Offset;
            }

            write.Add(record);
            if (!record.Continues && perhapsUnfinished.Count == 0)
            {
                Complete();
                (end, LastRecord) = (record.End, record.Offset);
            }
        }

        (End, Unfinished, UnfinishedDamage) = (end, length - end, perhapsUnfinished);
        _valuesLength = MostValues;
        return (complete, damaged);

        void Complete()
        {
            complete.AddRange(write);
            damaged.AddRange(perhapsUnfinished);
            write.Clear();
            perhapsUnfinished.Clear();
        }
    }

    /// <summary>Keeps the numbers of a record that the first scan has read, so that a search needs not read a small file again.</summary>
    public void Keep(StoredRecord record, ReadOnlySpan<byte> bytes)
    {
        if (_values is { } values && record.Kind == RecordKind.Entry)
        {
            var count = record.Frames * ValuesOfFrame;
            _valuesLength += count;
            if (_valuesLength <= MostValues)
            {
                values.Add(record, RecordFormat.ReadValues(bytes, count));
            }
            else
            {
                _values = null;
            }
        }
    }

    /// <summary>Takes what a part holds as read.</summary>
    public void SkipTo(SegmentPart part) => (End, LastRecord) = (part.End, part.LastRecord);

    /// <summary>The header of the record at an offset, which distinguishes its bytes from any others; 0 if the file, or a range of it, ends before.</summary>
    public UInt128 HeaderAt(long offset, long end)
    {
        var header = new byte[RecordFormat.HeaderLength];
        return offset >= 0 && offset + header.Length <= end && end <= RandomAccess.GetLength(_file) && RandomAccess.Read(_file, header, offset) == header.Length
            ? BinaryPrimitives.ReadUInt128LittleEndian(header)
            : 0;
    }

    /// <summary>Whether this file was replaced or truncated.</summary>
    public bool IsReplaced()
    {
        using var now = Open(Files, _fingerprint);
        return now.Generation != Generation || RandomAccess.GetLength(now._file) < End;
    }

    /// <summary>Cuts off an unfinished write; the segment's lock must be held.</summary>
    public void TruncateToEnd() => RandomAccess.SetLength(Writer(), End);

    /// <summary>Appends changes as one write and waits until they are on disk: after a crash all of them are there or none. The segment's lock must be held.</summary>
    /// <param name="changes">At least one change.</param>
    /// <param name="sequence">The sequence of all records.</param>
    /// <param name="step">Told before each step; a test may throw.</param>
    /// <returns>The records.</returns>
    /// <exception cref="IOException">The disk is full or fails; the file is unchanged.</exception>
    public IReadOnlyList<StoredRecord> Append(IReadOnlyList<Change> changes, long sequence, Action<string>? step)
    {
        _values = null;
        var all = End > 0 ? changes : [SegmentStart(Guid.NewGuid()), .. changes];
        var bytes = all.Select((change, i) => RecordFormat.Encode(change, sequence, i, i < all.Count - 1)).ToArray();
        try
        {
            step?.Invoke("append");
            RandomAccess.Write(Writer(), [.. bytes.Select(record => (ReadOnlyMemory<byte>)record)], End);
            step?.Invoke("flush");
            RandomAccess.FlushToDisk(Writer());
        }
        catch (IOException)
        {
            TruncateToEnd();
            throw;
        }

        var records = new List<StoredRecord>(bytes.Length);
        foreach (var record in bytes)
        {
            records.Add(RecordFormat.Read(record, this, End)!);
            (LastRecord, End) = (End, End + record.Length);
        }

        Generation = Generation == Guid.Empty ? records[0].Details.Generation : Generation;
        return records;
    }

    /// <summary>The first record of a file.</summary>
    public static Change SegmentStart(Guid generation) => new(RecordKind.Segment, default, new RecordDetails { Generation = generation }, null);

    /// <summary>Reads the embedding of a record.</summary>
    /// <exception cref="GalleryException">Its bytes are damaged.</exception>
    /// <exception cref="ObjectDisposedException">The file was replaced.</exception>
    public EmbeddingSet ReadEmbedding(StoredRecord record) => ToEmbedding(ReadBytes(record), record);

    /// <summary>Reads the embeddings of many records; fastest in offset order.</summary>
    /// <returns>A function for one thread.</returns>
    public Func<StoredRecord, EmbeddingSet> Reader()
    {
        var window = new SegmentWindow(_file);
        var values = Interlocked.Exchange(ref _values, null);
        return record => values is not null && values.TryGetValue(record, out var known)
            ? new EmbeddingSet(known, _fingerprint.Vectors, _fingerprint.Dimensions, record.Frames)
            : ToEmbedding(ReadBytes(record, window), record);
    }

    /// <summary>Reads the bytes of a record.</summary>
    /// <exception cref="GalleryException">They are damaged.</exception>
    public ReadOnlySpan<byte> ReadBytes(StoredRecord record) => ReadBytes(record, new SegmentWindow(_file, record.Length));

    public void Dispose()
    {
        _file.Dispose();
        _writer?.Dispose();
    }

    private SafeFileHandle Writer() => _writer ??= File.OpenHandle(Files.SegmentPath, FileMode.Open, FileAccess.ReadWrite, Sharing);

    private ReadOnlySpan<byte> ReadBytes(StoredRecord record, SegmentWindow window)
    {
        try
        {
            var bytes = window.Read(record.Offset, record.Length);
            return RecordFormat.TryReadHeader(bytes, out var length) && length + RecordFormat.HeaderLength == record.Length && RecordFormat.IsWhole(bytes)
                ? bytes
                : throw new RecordDamage(this, record.Offset, record.Id, "its checksum is wrong").ToException();
        }
        catch (EndOfStreamException error)
        {
            throw new RecordDamage(this, record.Offset, record.Id, error.Message).ToException();
        }
    }

    private EmbeddingSet ToEmbedding(ReadOnlySpan<byte> bytes, StoredRecord record) =>
        new(RecordFormat.ReadValues(bytes, record.Frames * ValuesOfFrame), _fingerprint.Vectors, _fingerprint.Dimensions, record.Frames);

    private Guid ReadGeneration() => SegmentScanner.Walk(_file, this, 0, StartLength).FirstOrDefault().Record is { Kind: RecordKind.Segment } start
        ? start.Details.Generation
        : Guid.Empty;
}

/// <summary>A place in a segment without a valid record.</summary>
/// <param name="Segment">The file.</param>
/// <param name="Offset">The offset in the file.</param>
/// <param name="Id">The item, as far as readable.</param>
/// <param name="Reason">What is wrong.</param>
internal sealed record RecordDamage(SegmentFile Segment, long Offset, MediaId? Id, string Reason)
{
    /// <summary>The error that names it.</summary>
    public GalleryException ToException() => new(
        Segment.Files.Folder,
        $"the record at byte {Offset} of {Path.GetFileName(Segment.Files.SegmentPath)} (item '{Id?.Value ?? "?"}') is damaged: {Reason}. "
        + "Restore the file from a backup, or remove the damaged records (covr doctor --drop-damaged) and embed their items again.")
    {
        Id = Id,
    };
}
