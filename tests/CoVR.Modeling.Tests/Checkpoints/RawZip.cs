using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>An entry of a zip archive that may lie about itself: what is not set is true.</summary>
internal sealed record RawEntry(string Name, byte[] Data)
{
    public ushort Method { get; init; }

    public ushort Flags { get; init; }

    public uint? Crc { get; init; }

    public long? Size { get; init; }

    public long? Packed { get; init; }

    public long? Offset { get; init; }

    public bool Wide { get; init; }

    public int Padding { get; init; }
}

/// <summary>The end of a zip archive that may lie; what is not set is true.</summary>
internal sealed record RawEnd
{
    public long? Count { get; init; }

    public long? Size { get; init; }

    public long? Offset { get; init; }

    public bool Wide { get; init; }

    public long? WidePosition { get; init; }
}

/// <summary>Writes zip archives byte by byte, honest ones and others.</summary>
internal static class RawZip
{
    public static byte[] Make(params IReadOnlyList<RawEntry> entries) => Make(entries, new RawEnd());

    public static byte[] Make(IReadOnlyList<RawEntry> entries, RawEnd end)
    {
        using var output = new MemoryStream();
        var offsets = entries.Select(entry => WriteLocal(output, entry)).ToArray();
        var start = output.Position;
        for (var index = 0; index < entries.Count; index++)
        {
            WriteCentral(output, entries[index], entries[index].Offset ?? offsets[index]);
        }

        WriteEnd(output, end.Count ?? entries.Count, end.Offset ?? start, end.Size ?? output.Position - start, end);
        return output.ToArray();
    }

    private static long WriteLocal(MemoryStream output, RawEntry entry)
    {
        var (offset, name) = (output.Position, Encoding.UTF8.GetBytes(entry.Name));
        Span<byte> header = stackalloc byte[30];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034b50);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], entry.Flags);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], entry.Method);
        BinaryPrimitives.WriteUInt32LittleEndian(header[14..], entry.Crc ?? Crc32.HashToUInt32(entry.Data));
        BinaryPrimitives.WriteUInt16LittleEndian(header[26..], (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[28..], (ushort)entry.Padding);
        output.Write(header);
        output.Write(name);
        output.Write(new byte[entry.Padding]);
        output.Write(entry.Data);
        return offset;
    }

    private static void WriteCentral(MemoryStream output, RawEntry entry, long offset)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);
        var (size, packed) = (entry.Size ?? entry.Data.Length, entry.Packed ?? entry.Data.Length);
        Span<byte> record = stackalloc byte[46];
        record.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x02014b50);
        BinaryPrimitives.WriteUInt16LittleEndian(record[8..], entry.Flags);
        BinaryPrimitives.WriteUInt16LittleEndian(record[10..], entry.Method);
        BinaryPrimitives.WriteUInt32LittleEndian(record[16..], entry.Crc ?? Crc32.HashToUInt32(entry.Data));
        BinaryPrimitives.WriteUInt32LittleEndian(record[20..], entry.Wide ? uint.MaxValue : (uint)packed);
        BinaryPrimitives.WriteUInt32LittleEndian(record[24..], entry.Wide ? uint.MaxValue : (uint)size);
        BinaryPrimitives.WriteUInt16LittleEndian(record[28..], (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(record[30..], (ushort)(entry.Wide ? 28 : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(record[42..], entry.Wide ? uint.MaxValue : (uint)offset);
        output.Write(record);
        output.Write(name);
        if (entry.Wide)
        {
            output.Write([1, 0, 24, 0, .. BitConverter.GetBytes(size), .. BitConverter.GetBytes(packed), .. BitConverter.GetBytes(offset)]);
        }
    }

    private static void WriteEnd(MemoryStream output, long count, long offset, long size, RawEnd end)
    {
        if (end.Wide)
        {
            var position = output.Position;
            output.Write([.. "PK\u0006\u0006"u8, .. BitConverter.GetBytes(44L), .. new byte[12], .. BitConverter.GetBytes(count), .. BitConverter.GetBytes(count), .. BitConverter.GetBytes(size), .. BitConverter.GetBytes(offset)]);
            output.Write([.. "PK\u0006\u0007"u8, .. new byte[4], .. BitConverter.GetBytes(end.WidePosition ?? position), 1, 0, 0, 0]);
        }

        output.Write([.. "PK\u0005\u0006"u8, .. new byte[4], .. BitConverter.GetBytes((ushort)count), .. BitConverter.GetBytes((ushort)count), .. BitConverter.GetBytes((uint)size), .. BitConverter.GetBytes((uint)offset), 0, 0]);
    }
}
