using Microsoft.Win32.SafeHandles;

namespace CoVR;

/// <summary>The file that holds the records of a store, one after the other; it only grows, apart from an unfinished end.</summary>
/// <remarks>Reading is safe from several threads and while another process appends; one thread may append.</remarks>
internal sealed class EmbeddingSegment : IDisposable
{
    private readonly string _store;
    private readonly string _path;
    private readonly int _valuesOfFrame;
    private readonly SafeFileHandle _file;

    private EmbeddingSegment(string store, string path, SafeFileHandle file, EmbeddingFingerprint fingerprint)
    {
        (_store, _path, _file) = (store, path, file);
        (Vectors, Dimensions) = (fingerprint.Vectors, fingerprint.Dimensions);
        _valuesOfFrame = checked(Vectors * Dimensions);
    }

    public int Vectors { get; }

    public int Dimensions { get; }

    /// <summary>Where the last whole record ends.</summary>
    public long End { get; private set; }

    /// <summary>Bytes of an unfinished record at the end of the file, as the last <see cref="Scan"/> found them.</summary>
    public long Unfinished { get; private set; }

    /// <summary>Where one item lies.</summary>
    internal readonly record struct Place(MediaId Id, long Offset, int BodyLength, int Frames);

    public static EmbeddingSegment Open(string store, string path, EmbeddingFingerprint fingerprint, bool write) => new(
        store,
        path,
        File.OpenHandle(
            path,
            write ? FileMode.OpenOrCreate : FileMode.Open,
            write ? FileAccess.ReadWrite : FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete),
        fingerprint);

    /// <summary>Finds the records from an offset on.</summary>
    /// <param name="from">The end of what is known already; a file that is shorter is read from its start.</param>
    /// <param name="found">Receives each record.</param>
    /// <exception cref="EmbeddingStoreException">A record in the middle is damaged.</exception>
    public void Scan(long from, Action<Place> found)
    {
        var window = new SegmentWindow(_file);
        var length = RandomAccess.GetLength(_file);
        End = from <= length ? from : 0;
        while (End < length && ReadPlace(window, length) is { } place)
        {
            found(place);
            End = place.Offset + EmbeddingRecord.HeadSize + place.BodyLength;
        }

        Unfinished = length - End;
    }

    /// <summary>Cuts off an unfinished record.</summary>
    public void TruncateToEnd() => RandomAccess.SetLength(_file, End);

    /// <summary>Appends records and waits until the disk has them.</summary>
    /// <param name="records">Whole records.</param>
    /// <returns>The offset of the first.</returns>
    public long Append(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        var start = End;
        try
        {
            RandomAccess.Write(_file, records, start);
            RandomAccess.FlushToDisk(_file);
        }
        catch (IOException)
        {
            TruncateToEnd();
            throw;
        }

        End = start + records.Sum(record => (long)record.Length);
        return start;
    }

    /// <summary>Reads the embedding of an item.</summary>
    /// <exception cref="EmbeddingStoreException">Its bytes are damaged.</exception>
    public EmbeddingSet Read(Place place) => Read(place, new SegmentWindow(_file, EmbeddingRecord.HeadSize + place.BodyLength));

    /// <summary>Reads the embeddings of many items, fastest in the order of their offsets.</summary>
    /// <returns>A function to be used by one thread.</returns>
    public Func<Place, EmbeddingSet> Reader()
    {
        var window = new SegmentWindow(_file);
        return place => Read(place, window);
    }

    /// <summary>Copies the bytes of a record to the end of another segment's file.</summary>
    public byte[] ReadRecord(Place place)
    {
        Read(place);
        return new SegmentWindow(_file, EmbeddingRecord.HeadSize + place.BodyLength).Read(place.Offset, EmbeddingRecord.HeadSize + place.BodyLength).ToArray();
    }

    public void Dispose() => _file.Dispose();

    private EmbeddingSet Read(Place place, SegmentWindow window)
    {
        ReadOnlySpan<byte> record;
        try
        {
            record = window.Read(place.Offset, EmbeddingRecord.HeadSize + place.BodyLength);
        }
        catch (EndOfStreamException error)
        {
            throw Damaged(place.Offset, place.Id.Value, error);
        }

        var body = record[EmbeddingRecord.HeadSize..];
        if (!EmbeddingRecord.TryReadHead(record, out var length, out var crc) || length != place.BodyLength || !EmbeddingRecord.IsWhole(body, crc))
        {
            throw Damaged(place.Offset, place.Id.Value);
        }

        return new EmbeddingSet(EmbeddingRecord.ReadValues(body, place.Frames * _valuesOfFrame), Vectors, Dimensions, place.Frames);
    }

    private Place? ReadPlace(SegmentWindow window, long length)
    {
        var rest = length - End - EmbeddingRecord.HeadSize;
        if (rest < 0)
        {
            return null;
        }

        if (!EmbeddingRecord.TryReadHead(window.Read(End, EmbeddingRecord.HeadSize), out var bodyLength, out var crc))
        {
            return IsBlank(window, length) ? null : throw Damaged(End, "?");
        }

        if (bodyLength > rest)
        {
            return null;
        }

        var body = window.Read(End + EmbeddingRecord.HeadSize, bodyLength);
        if (!EmbeddingRecord.IsWhole(body, crc))
        {
            return bodyLength == rest ? null : throw Damaged(End, EmbeddingRecord.GuessIdentity(body));
        }

        return EmbeddingRecord.TryReadIdentity(body, _valuesOfFrame, out var id, out var frames)
            ? new Place(id, End, bodyLength, frames)
            : throw Damaged(End, EmbeddingRecord.GuessIdentity(body));
    }

    /// <summary>Whether only zeros follow: space that a crashed machine reserved but never wrote.</summary>
    private bool IsBlank(SegmentWindow window, long length)
    {
        for (var at = End; at < length; at += 1 << 20)
        {
            if (window.Read(at, (int)Math.Min(1 << 20, length - at)).ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    private EmbeddingStoreException Damaged(long offset, string id, Exception? cause = null) => new(
        _store,
        $"the record at byte {offset} of {Path.GetFileName(_path)} (item '{id}') is damaged: its checksum is wrong. "
        + "Restore the file from a copy, or delete the folder and embed the gallery again.",
        cause);
}
