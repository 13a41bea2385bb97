using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>Writes a zip archive of stored entries whose bytes start at multiples of 64, laid out as PyTorch's writer does.</summary>
/// <remarks>Sizes and checksums follow each entry (data descriptors) and stand in the directory, which always has its zip64 form.</remarks>
internal sealed class StoredZipWriter(Stream output)
{
    private const int Alignment = 64;
    private const int HeaderLength = 30;
    private const int PaddingHeader = 4;
    private const ushort PaddingId = 0x4246;
    private const ushort Flags = 0x0808;
    private readonly List<ZipEntry> _entries = [];

    /// <summary>Takes bytes of an entry.</summary>
    internal delegate void Sink(ReadOnlySpan<byte> bytes);

    /// <summary>Adds an entry.</summary>
    public void Add(string name, byte[] content) => Add(name, content.Length, write => write(content));

    /// <summary>Adds an entry whose bytes are produced piece by piece.</summary>
    /// <param name="name">Its path.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="produce">Writes exactly so many bytes.</param>
    public void Add(string name, long size, Action<Sink> produce)
    {
        var offset = output.Position;
        WriteHeader(Encoding.UTF8.GetBytes(name), offset);
        var (crc, start) = (new Crc32(), output.Position);
        produce(bytes =>
        {
            crc.Append(bytes);
            output.Write(bytes);
        });
        if (output.Position - start != size)
        {
            throw new InvalidOperationException($"'{name}' received {output.Position - start} bytes instead of {size}.");
        }

        var entry = new ZipEntry(name, 0, Flags, crc.GetCurrentHashAsUInt32(), size, size, offset);
        WriteDescriptor(entry);
        _entries.Add(entry);
    }

    /// <summary>Writes the directory.</summary>
    public void Finish()
    {
        var start = output.Position;
        _entries.ForEach(WriteDirectoryEntry);
        var end = output.Position;
        WriteEnd64(start, end);
        WriteEnd(start, end);
    }

    private static bool IsWide(long value) => value >= uint.MaxValue;

    private static uint Narrow(long value) => IsWide(value) ? uint.MaxValue : (uint)value;

    private void WriteHeader(byte[] name, long offset)
    {
        var unpadded = offset + HeaderLength + name.Length + PaddingHeader;
        var padding = (int)((Alignment - (unpadded % Alignment)) % Alignment);
        var record = new byte[HeaderLength + name.Length + PaddingHeader + padding].AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x04034b50);
        BinaryPrimitives.WriteUInt16LittleEndian(record[6..], Flags);
        BinaryPrimitives.WriteUInt16LittleEndian(record[26..], (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(record[28..], (ushort)(PaddingHeader + padding));
        name.CopyTo(record[HeaderLength..]);
        var extra = record[(HeaderLength + name.Length)..];
        BinaryPrimitives.WriteUInt16LittleEndian(extra, PaddingId);
        BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], (ushort)padding);
        extra[PaddingHeader..].Fill((byte)'Z');
        output.Write(record);
    }

    private void WriteDescriptor(ZipEntry entry)
    {
        var wide = IsWide(entry.Size);
        Span<byte> record = stackalloc byte[wide ? 24 : 16];
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x08074b50);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], entry.Crc);
        if (wide)
        {
            BinaryPrimitives.WriteInt64LittleEndian(record[8..], entry.Size);
            BinaryPrimitives.WriteInt64LittleEndian(record[16..], entry.Size);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)entry.Size);
            BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)entry.Size);
        }

        output.Write(record);
    }

    private void WriteDirectoryEntry(ZipEntry entry)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);
        long[] wide = [.. new[] { entry.Size, entry.Size, entry.HeaderOffset }.Where(IsWide)];
        var extraLength = wide.Length == 0 ? 0 : 4 + (8 * wide.Length);
        var record = new byte[46 + name.Length + extraLength].AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x02014b50);
        BinaryPrimitives.WriteUInt16LittleEndian(record[6..], (ushort)(wide.Length == 0 ? 0 : 45));
        BinaryPrimitives.WriteUInt16LittleEndian(record[8..], Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(record[16..], entry.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(record[20..], Narrow(entry.Size));
        BinaryPrimitives.WriteUInt32LittleEndian(record[24..], Narrow(entry.Size));
        BinaryPrimitives.WriteUInt16LittleEndian(record[28..], (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(record[30..], (ushort)extraLength);
        BinaryPrimitives.WriteUInt32LittleEndian(record[42..], Narrow(entry.HeaderOffset));
        name.CopyTo(record[46..]);
        if (wide.Length > 0)
        {
            var extra = record[(46 + name.Length)..];
            BinaryPrimitives.WriteUInt16LittleEndian(extra, 1);
            BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], (ushort)(8 * wide.Length));
            for (var at = 0; at < wide.Length; at++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(extra[(4 + (8 * at))..], wide[at]);
            }
        }

        output.Write(record);
    }

    private void WriteEnd64(long start, long end)
    {
        Span<byte> record = stackalloc byte[56 + 20];
        record.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x06064b50);
        BinaryPrimitives.WriteInt64LittleEndian(record[4..], 44);
        BinaryPrimitives.WriteUInt16LittleEndian(record[12..], 45);
        BinaryPrimitives.WriteUInt16LittleEndian(record[14..], 45);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], _entries.Count);
        BinaryPrimitives.WriteInt64LittleEndian(record[32..], _entries.Count);
        BinaryPrimitives.WriteInt64LittleEndian(record[40..], end - start);
        BinaryPrimitives.WriteInt64LittleEndian(record[48..], start);
        var locator = record[56..];
        BinaryPrimitives.WriteUInt32LittleEndian(locator, 0x07064b50);
        BinaryPrimitives.WriteInt64LittleEndian(locator[8..], end);
        BinaryPrimitives.WriteUInt32LittleEndian(locator[16..], 1);
        output.Write(record);
    }

    private void WriteEnd(long start, long end)
    {
        Span<byte> record = stackalloc byte[22];
        record.Clear();
        var count = (ushort)Math.Min(_entries.Count, ushort.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(record[8..], count);
        BinaryPrimitives.WriteUInt16LittleEndian(record[10..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], Narrow(end - start));
        BinaryPrimitives.WriteUInt32LittleEndian(record[16..], Narrow(start));
        output.Write(record);
    }
}
