using System.IO.Hashing;
using System.Runtime.InteropServices;
using CoVR.Retrieval;

namespace CoVR.Storage;

/// <summary>Writes a <see cref="SegmentPart"/>: beside its place, flushed, then renamed.</summary>
/// <param name="segment">The segment.</param>
/// <param name="form">How embeddings become rows.</param>
/// <param name="entries">The items, in the order of the segment.</param>
/// <param name="others">Removals and failures.</param>
internal sealed class PartWriter(SegmentFile segment, RowForm form, IReadOnlyList<StoredRecord> entries, IReadOnlyList<StoredRecord> others)
{
    public const string TemporaryExtension = ".tmp";

    private PartHeader _header = new()
    {
        Dimensions = form.Dimensions,
        Generation = segment.Generation,
        RowsOfItem = form.RowsOfItem,
        End = segment.End,
        LastRecord = segment.LastRecord,
        LastRecordHeader = segment.HeaderAt(segment.LastRecord, segment.End),
        LastSequence = entries.Concat(others).Max(record => record.Sequence),
        LiveBytes = entries.Sum(record => (long)record.Length),
        Items = entries.Count,
        Others = others.Count,
    };

    public static ulong HashOf(MediaId id) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.Value.AsSpan()));

    public static uint HashOf(ReadOnlySpan<float> rows) => (uint)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(rows));

    /// <summary>Writes the part of a range that ends with the segment.</summary>
    /// <param name="start">The first byte of the range.</param>
    /// <param name="step">Called before each step that changes a file; a test may throw.</param>
    /// <param name="cancellationToken">Ends the work before the file is in place.</param>
    /// <returns>The part; null if somebody damaged it already.</returns>
    /// <exception cref="GalleryException">A record is damaged.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public SegmentPart? Write(long start, Action<string>? step, CancellationToken cancellationToken)
    {
        _header.Start = start;
        var path = segment.Files.PartPath(form.PartName!, start, segment.End);
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

        return SegmentPart.Open(path, segment, form);
    }

    /// <summary>Writes heads, and the tables that find them.</summary>
    private void WriteHeads(FileStream file)
    {
        var (hashes, places, starts) = (new ulong[entries.Count], new int[entries.Count], new long[entries.Count + others.Count + 1]);
        file.Position = _header.HeadsAt;
        for (var i = 0; i < starts.Length - 1; i++)
        {
            var record = i < entries.Count ? entries[i] : others[i - entries.Count];
            var head = RecordHead.Encode(record);
            file.Write(head);
            starts[i + 1] = starts[i] + head.Length;
            if (i < hashes.Length)
            {
                (hashes[i], places[i]) = (HashOf(record.Id), i);
            }
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
        var (read, items, d) = (segment.Reader(), _header.ItemsOfBlock, form.Dimensions);
        var (rows, codes) = (new float[items * _header.NumbersOfItem], RowCodes.Allocate(items * form.RowsOfItem, d));
        var (rowHashes, codeHashes) = (new uint[entries.Count], new ulong[_header.Blocks]);
        for (var b = 0; b < codeHashes.Length; b++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var first = b * items;
            var count = Math.Min(items, entries.Count - first);
            for (var i = 0; i < count; i++)
            {
                var row = rows.AsSpan(i * _header.NumbersOfItem, _header.NumbersOfItem);
                form.RowsOf(read(entries[first + i])).Span.CopyTo(row);
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
