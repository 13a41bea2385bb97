using System.IO.Hashing;
using System.Runtime.InteropServices;
using CoVR.Retrieval;

namespace CoVR.Storage;

/// <summary>The items of a range of a segment, ready to be searched: a memory map of a file that can be made again from the segment at any time.</summary>
/// <remarks>Immutable, and safe for use from several threads. The map is closed once nothing refers to it.</remarks>
internal sealed class SegmentPart
{
    private readonly MappedFile _map;
    private readonly PartHeader _header;
    private readonly int[] _starts;
    private bool _isVerified;

    private SegmentPart(string path, SegmentFile segment, MappedFile map, in PartHeader header)
    {
        (Path, Segment, _map, _header) = (path, segment, map, header);
        _starts = [.. Enumerable.Range(0, header.ItemsOfBlock + 1).Select(item => item * _header.RowsOfItem)];
    }

    public string Path { get; }

    public SegmentFile Segment { get; }

    /// <summary>The first byte of the segment that belongs to the part.</summary>
    public long Start => _header.Start;

    /// <summary>The end of the last record.</summary>
    public long End => _header.End;

    /// <summary>The offset of the last record.</summary>
    public long LastRecord => _header.LastRecord;

    /// <summary>The highest sequence of any record.</summary>
    public long LastSequence => _header.LastSequence;

    /// <summary>How many items there are.</summary>
    public int Count => _header.Items;

    /// <summary>The bytes of their records.</summary>
    public long LiveBytes => _header.LiveBytes;

    public int ItemsOfBlock => _header.ItemsOfBlock;

    public int Blocks => _header.Blocks;

    /// <summary>How many items a block has.</summary>
    public int CountOfBlock(int block) => Math.Min(ItemsOfBlock, Count - (block * ItemsOfBlock));

    /// <summary>The removals and failures of the range.</summary>
    public IEnumerable<StoredRecord> Others => Enumerable.Range(Count, _header.Others).Select(RecordAt);

    /// <summary>The parts that together hold most of a segment, from its start on.</summary>
    public static IEnumerable<SegmentPart> Chain(SegmentFile segment, RowForm form)
    {
        var files = segment.Files.Parts(form.PartName!);
        for (var end = 0L; ;)
        {
            var next = files.Where(file => file.Start <= end && file.End > end).OrderByDescending(file => file.End)
                .Select(file => Open(file.Path, segment, form)).FirstOrDefault(part => part is not null);
            if (next is null)
            {
                yield break;
            }

            yield return next;
            end = next.End;
        }
    }

    /// <summary>Opens a part; null if it is damaged, of another version, or not one of the segment as it is.</summary>
    public static SegmentPart? Open(string path, SegmentFile segment, RowForm form)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            return PartHeader.Read(file.SafeFileHandle) is { } header
                && (header.Dimensions, header.RowsOfItem, header.Generation) == (form.Dimensions, form.RowsOfItem, segment.Generation)
                && header.Items > 0 && segment.HeaderAt(header.LastRecord, header.End) == header.LastRecordHeader
                    ? new SegmentPart(path, segment, new MappedFile(file), header)
                    : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The place of an item; -1 if absent.</summary>
    public int Find(MediaId id)
    {
        var hash = PartWriter.HashOf(id);
        var hashes = Hashes;
        var places = Places;
        for (var at = First(hashes, hash); at < hashes.Length && hashes[at] == hash; at++)
        {
            if (RecordHead.IdOf(HeadAt(places[at])) == id.Value)
            {
                return places[at];
            }
        }

        GC.KeepAlive(this);
        return -1;
    }

    /// <summary>The places, here and in another part, of items with the same identity.</summary>
    public List<(int Here, int There)> Common(SegmentPart other)
    {
        List<(int, int)> common = [];
        ReadOnlySpan<ulong> mine = Hashes, others = other.Hashes;
        for (int i = 0, j = 0; i < mine.Length && j < others.Length;)
        {
            if (mine[i] < others[j])
            {
                i++;
            }
            else if (mine[i] > others[j])
            {
                j++;
            }
            else
            {
                var here = Places[i++];
                if (other.Find(new MediaId(RecordHead.IdOf(HeadAt(here)))) is >= 0 and var there)
                {
                    common.Add((here, there));
                }
            }
        }

        GC.KeepAlive(other);
        GC.KeepAlive(this);
        return common;
    }

    /// <summary>The record at a place.</summary>
    public StoredRecord RecordAt(int place) => RecordHead.Decode(HeadAt(place), Segment);

    /// <summary>Compares the rows of an item with their checksum.</summary>
    /// <exception cref="PartDamagedException">It differs.</exception>
    public void RequireRows(int place, ReadOnlySpan<float> rows)
    {
        if (PartWriter.HashOf(rows) != _map.Span<uint>(_header.RowHashesAt, Count)[place])
        {
            throw new PartDamagedException(this);
        }
    }

    /// <summary>The rows of the items; reads all codes when it is called first.</summary>
    /// <param name="alive">Which items of each block count.</param>
    /// <param name="read">Reads the current embedding of a record.</param>
    /// <exception cref="PartDamagedException">Codes are damaged.</exception>
    public RowPart ToRows(ulong[]?[] alive, Func<StoredRecord, EmbeddingSet> read)
    {
        RequireCodes();
        var blocks = new RowBlock[Blocks];
        for (var b = 0; b < blocks.Length; b++)
        {
            var first = b * ItemsOfBlock;
            var count = CountOfBlock(b);
            var rows = _map.Memory<float>(_header.RowsAt + ((long)first * _header.NumbersOfItem * sizeof(float)), count * _header.NumbersOfItem);
            var codes = _map.Memory<byte>(_header.CodesAt + ((long)b * _header.CodesOfBlock), _header.CodesOfBlock);
            blocks[b] = new RowBlock(rows, new PartItems(this, first, read), _starts, count) { Codes = codes }.Only(alive[b] is { } bits ? [.. bits] : null);
        }

        return new RowPart(blocks, ItemsOfBlock, Find);
    }

    private ReadOnlySpan<ulong> Hashes => _map.Span<ulong>(PartHeader.HashesAt, Count);

    private ReadOnlySpan<int> Places => _map.Span<int>(_header.PlacesAt, Count);

    private static int First(ReadOnlySpan<ulong> hashes, ulong hash)
    {
        var at = hashes.BinarySearch(hash);
        while (at > 0 && hashes[at - 1] == hash)
        {
            at--;
        }

        return at < 0 ? hashes.Length : at;
    }

    private ReadOnlySpan<byte> HeadAt(int place)
    {
        var starts = _map.Span<long>(_header.HeadStartsAt + ((long)place * sizeof(long)), 2);
        return _map.Span<byte>(_header.HeadsAt + starts[0], (int)(starts[1] - starts[0]));
    }

    private void RequireCodes()
    {
        if (_isVerified)
        {
            return;
        }

        var damaged = 0;
        Parallel.For(0, Blocks, b =>
        {
            var codes = _map.Span<byte>(_header.CodesAt + ((long)b * _header.CodesOfBlock), _header.CodesOfBlock);
            if (XxHash3.HashToUInt64(codes) != _map.Span<ulong>(_header.CodeHashesAt, Blocks)[b])
            {
                Interlocked.Increment(ref damaged);
            }
        });
        _isVerified = damaged == 0 ? true : throw new PartDamagedException(this);
    }
}

/// <summary>Bytes of a part changed after it was written. It is discarded and rebuilt; callers of a gallery do not see this exception.</summary>
internal sealed class PartDamagedException(SegmentPart part) : Exception($"'{part.Path}' is damaged.")
{
    public SegmentPart Part => part;

    /// <summary>The one among the errors of a parallel loop; null if there is none.</summary>
    public static PartDamagedException? In(Exception error) =>
        error as PartDamagedException ?? (error as AggregateException)?.Flatten().InnerExceptions.OfType<PartDamagedException>().FirstOrDefault();
}
