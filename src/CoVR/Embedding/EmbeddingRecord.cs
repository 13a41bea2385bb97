using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace CoVR;

/// <summary>
/// One item in a segment file, little-endian: a head of 16 bytes (mark, length and CRC-32 of the body, CRC-32 of these
/// twelve bytes), then the body (bytes of the identity, frames, identity in UTF-8, numbers [F, Q, D]).
/// </summary>
internal static class EmbeddingRecord
{
    public const int HeadSize = 16;
    private const int BodyPrefix = 8;
    private const uint Mark = 0x45525643; // "CVRE"
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Encode(MediaId id, EmbeddingSet item)
    {
        var name = StrictUtf8.GetBytes(id.Value);
        var values = MemoryMarshal.AsBytes(item.Values.Span);
        var record = GC.AllocateUninitializedArray<byte>(checked(HeadSize + BodyPrefix + name.Length + values.Length));
        var body = record.AsSpan(HeadSize);
        BinaryPrimitives.WriteInt32LittleEndian(body, name.Length);
        BinaryPrimitives.WriteInt32LittleEndian(body[4..], item.Frames);
        name.CopyTo(body[BodyPrefix..]);
        values.CopyTo(body[(BodyPrefix + name.Length)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Crc32.HashToUInt32(body));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12), Crc32.HashToUInt32(record.AsSpan(0, 12)));
        return record;
    }

    /// <summary>Reads a head; false when its own checksum says that it is none.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> head, out int bodyLength, out uint bodyCrc)
    {
        bodyLength = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        bodyCrc = BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(head) == Mark
            && BinaryPrimitives.ReadUInt32LittleEndian(head[12..]) == Crc32.HashToUInt32(head[..12])
            && bodyLength >= BodyPrefix;
    }

    /// <summary>Whether a body has the checksum of its head.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> body, uint crc) => Crc32.HashToUInt32(body) == crc;

    /// <summary>Reads a body whose checksum is right; false when its sizes contradict each other.</summary>
    public static bool TryReadIdentity(ReadOnlySpan<byte> body, int valuesOfFrame, out MediaId id, out int frames) =>
        TryReadIdentity(body, body.Length, valuesOfFrame, out id, out frames);

    /// <summary>Reads the identity from the start of a body; false when its sizes contradict each other or the body's length.</summary>
    public static bool TryReadIdentity(ReadOnlySpan<byte> start, int bodyLength, int valuesOfFrame, out MediaId id, out int frames)
    {
        var nameLength = BinaryPrimitives.ReadInt32LittleEndian(start);
        frames = BinaryPrimitives.ReadInt32LittleEndian(start[4..]);
        id = default;
        if (nameLength < 1 || frames < 1 || BodyPrefix + (long)nameLength + ((long)frames * valuesOfFrame * sizeof(float)) != bodyLength || BodyPrefix + nameLength > start.Length)
        {
            return false;
        }

        id = new MediaId(StrictUtf8.GetString(start.Slice(BodyPrefix, nameLength)));
        return true;
    }

    /// <summary>The numbers of a body.</summary>
    public static float[] ReadValues(ReadOnlySpan<byte> body, int count)
    {
        var values = GC.AllocateUninitializedArray<float>(count);
        body[^(count * sizeof(float))..].CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>What can still be read of the identity in a damaged body, for an error message.</summary>
    public static string GuessIdentity(ReadOnlySpan<byte> body)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(body);
        return length > 0 && length <= Math.Min(1024, body.Length - BodyPrefix)
            ? Encoding.UTF8.GetString(body.Slice(BodyPrefix, length))
            : "?";
    }
}
