using System.Buffers.Binary;
using System.Text;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>The directory of a zip archive, with zip64, and the positions of its stored entries in the file.</summary>
/// <remarks>Written against PKWARE's APPNOTE 6.3; <c>System.IO.Compression</c> does not tell where an entry's bytes are.</remarks>
internal sealed class ZipDirectory
{
    private const uint LocalSignature = 0x04034b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint EndSignature = 0x06054b50;
    private const uint End64Signature = 0x06064b50;
    private const uint Locator64Signature = 0x07064b50;
    private const int HeaderLength = 30;
    private const int EndLength = 22;
    private const int LongestComment = ushort.MaxValue;
    private const int LargestDirectory = 1 << 28;

    private readonly CheckpointFile _file;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);
    private readonly long _end;

    /// <summary>Reads the directory.</summary>
    /// <param name="file">A zip archive.</param>
    public ZipDirectory(CheckpointFile file)
    {
        _file = file;
        var (offset, size, count) = FindDirectory();
        if (offset < 0 || size < 0 || size > LargestDirectory || offset > file.Length - size)
        {
            throw file.Error($"the archive's directory ({size} bytes at {offset}) lies outside the file");
        }

        _end = offset;
        ReadEntries(file.Read(offset, (int)size), count);
        CheckOverlaps();
    }

    /// <summary>All entries by their names.</summary>
    public IReadOnlyDictionary<string, ZipEntry> Entries => _entries;

    /// <summary>Where the bytes of an entry start; it must be stored, not compressed.</summary>
    public long Locate(ZipEntry entry)
    {
        if (entry.Method != 0 || entry.Size != entry.CompressedSize || (entry.Flags & 1) != 0)
        {
            throw _file.Error($"'{entry.Name}' is compressed or encrypted; torch.save stores its entries as they are");
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        _file.Read(header, entry.HeaderOffset);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature)
        {
            throw _file.Error($"'{entry.Name}' has no header", entry.HeaderOffset);
        }

        var start = entry.HeaderOffset + HeaderLength + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        return start <= _end - entry.Size ? start : throw _file.Error($"'{entry.Name}' extends beyond the archive's data", start);
    }

    private (long Offset, long Size, long Count) FindDirectory()
    {
        var length = (int)Math.Min(_file.Length, EndLength + LongestComment);
        var tail = _file.Read(_file.Length - length, length);
        var at = FindEnd(tail, rest => rest == 0);

        // Other readers, PyTorch's too, pass over what follows an archive.
        at = at < 0 ? FindEnd(tail, rest => rest > 0) : at;
        if (at < 0)
        {
            throw _file.Error("the archive has no directory: the file is truncated or damaged");
        }

        var record = tail.AsSpan(at);
        return FindDirectory64(_file.Length - length + at)
            ?? (BinaryPrimitives.ReadUInt32LittleEndian(record[16..]), BinaryPrimitives.ReadUInt32LittleEndian(record[12..]), BinaryPrimitives.ReadUInt16LittleEndian(record[10..]));
    }

    /// <summary>The last end record behind whose comment an acceptable number of bytes is left; -1 for none.</summary>
    private static int FindEnd(ReadOnlySpan<byte> tail, Predicate<int> isRest)
    {
        for (var at = tail.Length - EndLength; at >= 0; at--)
        {
            var record = tail[at..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) == EndSignature && isRest(record.Length - EndLength - BinaryPrimitives.ReadUInt16LittleEndian(record[20..])))
            {
                return at;
            }
        }

        return -1;
    }

    private (long Offset, long Size, long Count)? FindDirectory64(long end)
    {
        if (end < 20)
        {
            return null;
        }

        var locator = _file.Read(end - 20, 20).AsSpan();
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != Locator64Signature)
        {
            return null;
        }

        var position = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        var record = _file.Read(position, 56).AsSpan();
        return BinaryPrimitives.ReadUInt32LittleEndian(record) == End64Signature
            ? (BinaryPrimitives.ReadInt64LittleEndian(record[48..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]), BinaryPrimitives.ReadInt64LittleEndian(record[32..]))
            : throw _file.Error("the archive's zip64 directory is damaged", position);
    }

    private void ReadEntries(ReadOnlySpan<byte> directory, long count)
    {
        for (var number = 0L; number < count; number++)
        {
            if (directory.Length < 46 || BinaryPrimitives.ReadUInt32LittleEndian(directory) != CentralSignature)
            {
                throw _file.Error($"entry {number} of the archive's directory is damaged");
            }

            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
            var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]);
            var length = 46 + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
            if (length > directory.Length)
            {
                throw _file.Error($"entry {number} of the archive's directory is damaged");
            }

            var entry = ReadEntry(directory, Encoding.UTF8.GetString(directory.Slice(46, nameLength)), directory.Slice(46 + nameLength, extraLength));
            if (!_entries.TryAdd(entry.Name, entry))
            {
                throw _file.Error($"the archive contains '{entry.Name}' twice");
            }

            directory = directory[length..];
        }
    }

    // Entries that share bytes would let a small file stand for many large tensors.
    private void CheckOverlaps()
    {
        var next = 0L;
        foreach (var entry in _entries.Values.OrderBy(entry => entry.HeaderOffset))
        {
            if (entry.HeaderOffset < next || entry.HeaderOffset > _end - HeaderLength)
            {
                throw _file.Error($"the header of '{entry.Name}' lies within another entry or outside the archive", entry.HeaderOffset);
            }

            if (entry.CompressedSize > _end - entry.HeaderOffset - HeaderLength)
            {
                throw _file.Error($"'{entry.Name}' extends beyond the archive's data", entry.HeaderOffset);
            }

            next = entry.HeaderOffset + HeaderLength + entry.CompressedSize;
        }
    }

    private ZipEntry ReadEntry(ReadOnlySpan<byte> header, string name, ReadOnlySpan<byte> extra)
    {
        var wide = FindZip64(extra);
        var size = Widen(BinaryPrimitives.ReadUInt32LittleEndian(header[24..]), ref wide, name);
        var compressed = Widen(BinaryPrimitives.ReadUInt32LittleEndian(header[20..]), ref wide, name);
        var offset = Widen(BinaryPrimitives.ReadUInt32LittleEndian(header[42..]), ref wide, name);
        return size >= 0 && compressed >= 0
            ? new ZipEntry(name, BinaryPrimitives.ReadUInt16LittleEndian(header[10..]), BinaryPrimitives.ReadUInt16LittleEndian(header[8..]), BinaryPrimitives.ReadUInt32LittleEndian(header[16..]), size, compressed, offset)
            : throw _file.Error($"'{name}' has a negative size");
    }

    private static ReadOnlySpan<byte> FindZip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4)
            {
                break;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return default;
    }

    private long Widen(uint value, ref ReadOnlySpan<byte> wide, string name)
    {
        if (value != uint.MaxValue)
        {
            return value;
        }

        if (wide.Length < 8)
        {
            throw _file.Error($"'{name}' lacks its zip64 sizes");
        }

        var result = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[8..];
        return result;
    }
}

/// <summary>An entry of a zip archive as its directory lists it.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Method">0 for stored.</param>
/// <param name="Flags">General purpose flags; bit 0 means encrypted.</param>
/// <param name="Crc">CRC-32 of the content.</param>
/// <param name="Size">Bytes of the content.</param>
/// <param name="CompressedSize">Bytes in the archive.</param>
/// <param name="HeaderOffset">Where its local header starts.</param>
internal sealed record ZipEntry(string Name, ushort Method, ushort Flags, uint Crc, long Size, long CompressedSize, long HeaderOffset);
