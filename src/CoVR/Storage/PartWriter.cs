using System.IO.Hashing;
using System.Runtime.InteropServices;
using CoVR.Retrieval;

namespace CoVR.Storage;

/// <summary>Writes a <see cref="SegmentPart"/>: beside its place, flushed, then renamed.</summary>
/// <param name="contents">What it is to hold.</param>
/// <param name="form">How embeddings become rows.</param>
internal sealed class PartWriter(PartContents contents, RowForm form)
{
    public const string TemporaryExtension = ".tmp";

    private readonly SegmentFile _segment = contents.Segment;
    private PartHeader _header = new()
    {
        Dimensions = form.Dimensions,
        Generation = contents.Segment.Generation,
        RowsOfItem = form.RowsOfItem,
        Start = contents.Start,
        End = contents.Segment.End,
        LastRecord = contents.Segment.LastRecord,
        LastRecordHeader = contents.Segment.HeaderAt(contents.Segment.LastRecord, contents.Segment.End),
        Items = contents.Count,
        Others = contents.Others.Count,
    };

    public static ulong HashOf(MediaId id) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.Value.AsSpan()));

    public static uint HashOf(ReadOnlySpan<float> rows) => (uint)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(rows));

    /// <summary>Writes the part.</summary>
    /// <param name="step">Called before each step that changes a file; a test may throw.</param>
    /// <param name="cancellationToken">Ends the work before the file is in place.</param>
    /// <returns>The part; null if it is already damaged.</returns>
    /// <exception cref="GalleryException">A record is damaged.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public SegmentPart? Write(Action<string>? step, CancellationToken cancellationToken)
    {
        var path = _segment.Files.PartPath(form.PartName!, _header.Start, _header.End);
        var temporary = $"{path}.{Path.GetRandomFileName()}{TemporaryExtension}";
        try
        {
            step?.Invoke("part");
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 1 << 20))
            {
                WriteHeads(file);
                WriteRows(file, cancellationToken);
                _header.Write(file.SafeFileHandle);
                step?.Invoke("flush part");
                file.Flush(flushToDisk: true);
            }

            step?.Invoke("rename part");
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        return SegmentPart.Open(path, _segment, form);
    }

    /// <summary>Writes heads, and the tables that find them.</summary>
    private void WriteHeads(FileStream file)
    {
        var (hashes, places, starts) = (new ulong[contents.Count], new int[contents.Count], new long[contents.Count + contents.Others.Count + 1]);
        var at = 0;
        file.Position = _header.HeadsAt;
        foreach (var record in contents.Entries.Concat(contents.Others))
        {
            var head = RecordHead.Encode(record);
            file.Write(head);
            starts[at + 1] = starts[at] + head.Length;
            _header.LastSequence = Math.Max(_header.LastSequence, record.Sequence);
            if (at < hashes.Length)
            {
                (hashes[at], places[at]) = (HashOf(record.Id), at);
                _header.LiveBytes += record.Length;
            }

            at++;
        }

        file.Flush();
        Array.Sort(hashes, places);
        _header.HeadBytes = starts[^1];
        Put<ulong>(file, hashes, PartHeader.HashesAt);
        Put<int>(file, places, _header.PlacesAt);
        Put<long>(file, starts, _header.HeadStartsAt);
    }

    private void WriteRows(FileStream file, CancellationToken cancellationToken)
    {
        var (read, items, d) = (_segment.Reader(), _header.ItemsOfBlock, form.Dimensions);
        var (rows, codes) = (new float[items * _header.NumbersOfItem], RowCodes.Allocate(items * form.RowsOfItem, d));
        var (rowHashes, codeHashes) = (new uint[contents.Count], new ulong[_header.Blocks]);
        using var entries = contents.Entries.GetEnumerator();
        for (var b = 0; b < codeHashes.Length; b++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var first = b * items;
            var count = Math.Min(items, contents.Count - first);
            for (var i = 0; i < count && entries.MoveNext(); i++)
            {
                var row = rows.AsSpan(i * _header.NumbersOfItem, _header.NumbersOfItem);
                form.RowsOf(read(entries.Current)).Span.CopyTo(row);
                rowHashes[first + i] = HashOf(row);
            }

            codes.Span.Clear();
            RowCodes.Write(codes.Span, 0, rows.AsSpan(0, count * _header.NumbersOfItem), d);
            codeHashes[b] = XxHash3.HashToUInt64(codes.Span);
            Put<byte>(file, codes.Span, _header.CodesAt + ((long)b * _header.CodesOfBlock));
            Put<float>(file, rows.AsSpan(0, count * _header.NumbersOfItem), _header.RowsAt + ((long)first * _header.NumbersOfItem * sizeof(float)));
        }

        Put<uint>(file, rowHashes, _header.RowHashesAt);
        Put<ulong>(file, codeHashes, _header.CodeHashesAt);
    }

    private static void Put<T>(FileStream file, ReadOnlySpan<T> values, long offset)
        where T : unmanaged => RandomAccess.Write(file.SafeFileHandle, MemoryMarshal.AsBytes(values), offset);
}

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
