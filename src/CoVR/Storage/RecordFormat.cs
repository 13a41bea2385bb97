using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace CoVR.Storage;

/// <summary>The bytes of a record, little-endian.</summary>
/// <remarks>
/// A header of 16 bytes: mark, length and CRC-32 of the payload, CRC-32 of these twelve bytes. The payload: sequence (8 bytes), kind (1),
/// whether more records of the same write follow (1), zero (2), position in the write (4), lengths of identity (4) and details (4), frames (4),
/// then identity in UTF-8, details, and numbers [F, Q, D]. Version 1, which is read only, has another mark and the payload: length of the identity (4),
/// frames (4), identity, numbers.
/// </remarks>
internal static class RecordFormat
{
    public const int HeaderLength = 16;

    /// <summary>The longest start of a payload that <see cref="GuessId"/> looks at.</summary>
    private const int LongestGuess = 1024;
    private const int PrefixLength = 28;
    private const int OldPrefixLength = 8;
    private const uint Mark = 0x47525643; // "CVRG"
    private const uint OldMark = 0x45525643; // "CVRE"
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The common prefix of all marks.</summary>
    public static ReadOnlySpan<byte> MarkStart => "CVR"u8;

    public static byte[] Encode(Change change, long sequence, int index, bool continues)
    {
        var (id, details) = (StrictUtf8.GetBytes(change.Id.Value), change.Details.Encode());
        var values = change.Embedding is { } embedding ? MemoryMarshal.AsBytes(embedding.Values.Span) : [];
        var record = GC.AllocateUninitializedArray<byte>(checked(HeaderLength + PrefixLength + id.Length + details.Length + values.Length));
        var payload = record.AsSpan(HeaderLength);
        BinaryPrimitives.WriteInt64LittleEndian(payload, sequence);
        (payload[8], payload[9], payload[10], payload[11]) = ((byte)change.Kind, continues ? (byte)1 : (byte)0, 0, 0);
        BinaryPrimitives.WriteInt32LittleEndian(payload[12..], index);
        BinaryPrimitives.WriteInt32LittleEndian(payload[16..], id.Length);
        BinaryPrimitives.WriteInt32LittleEndian(payload[20..], details.Length);
        BinaryPrimitives.WriteInt32LittleEndian(payload[24..], change.Embedding?.Frames ?? 0);
        id.CopyTo(payload[PrefixLength..]);
        details.CopyTo(payload[(PrefixLength + id.Length)..]);
        values.CopyTo(payload[(PrefixLength + id.Length + details.Length)..]);
        WriteHeader(record);
        return record;
    }

    /// <summary>Reads a header; false if its checksum does not match.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, out int payloadLength)
    {
        payloadLength = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        var mark = BinaryPrimitives.ReadUInt32LittleEndian(header);
        return BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) == Crc32.HashToUInt32(header[..12])
            && ((mark == Mark && payloadLength >= PrefixLength) || (mark == OldMark && payloadLength >= OldPrefixLength));
    }

    /// <summary>Whether a record's payload matches the checksum in its header.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> record) =>
        Crc32.HashToUInt32(record[HeaderLength..]) == BinaryPrimitives.ReadUInt32LittleEndian(record[8..]);

    /// <summary>Reads a whole record; null if its sizes are inconsistent or do not match Q and D.</summary>
    /// <exception cref="InvalidDataException">Its details contradict themselves, or it was written by a newer version.</exception>
    /// <exception cref="ArgumentException">A value in it is out of its range.</exception>
    /// <exception cref="EndOfStreamException">Its details end too early.</exception>
    public static StoredRecord? Read(ReadOnlySpan<byte> record, SegmentFile segment, long offset)
    {
        var payload = record[HeaderLength..];
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) == OldMark)
        {
            var (length, frames) = (BinaryPrimitives.ReadInt32LittleEndian(payload), BinaryPrimitives.ReadInt32LittleEndian(payload[4..]));
            return length > 0 && Fits(OldPrefixLength, length, 0, frames, segment, payload.Length) && frames > 0
                ? new StoredRecord { Kind = RecordKind.Entry, Id = new(StrictUtf8.GetString(payload.Slice(OldPrefixLength, length))), Frames = frames, Segment = segment, Offset = offset, Length = record.Length }
                : null;
        }

        var (idLength, detailsLength, frameCount) = (
            BinaryPrimitives.ReadInt32LittleEndian(payload[16..]), BinaryPrimitives.ReadInt32LittleEndian(payload[20..]), BinaryPrimitives.ReadInt32LittleEndian(payload[24..]));
        var kind = (RecordKind)payload[8];
        if (kind > RecordKind.Failure || idLength < (kind == RecordKind.Segment ? 0 : 1) || frameCount > 0 != (kind == RecordKind.Entry)
            || !Fits(PrefixLength, idLength, detailsLength, frameCount, segment, payload.Length))
        {
            return null;
        }

        var id = idLength == 0 ? default : new MediaId(StrictUtf8.GetString(payload.Slice(PrefixLength, idLength)));
        var details = RecordDetails.Decode(payload.Slice(PrefixLength + idLength, detailsLength), id);
        return details.Failure is null != (kind != RecordKind.Failure) ? null : new StoredRecord
        {
            Kind = kind,
            Id = id,
            Sequence = BinaryPrimitives.ReadInt64LittleEndian(payload),
            Index = BinaryPrimitives.ReadInt32LittleEndian(payload[12..]),
            Continues = payload[9] != 0,
            Frames = frameCount,
            Details = details,
            Segment = segment,
            Offset = offset,
            Length = record.Length,
        };
    }

    /// <summary>The numbers at the end of a record.</summary>
    public static float[] ReadValues(ReadOnlySpan<byte> record, int count)
    {
        var values = GC.AllocateUninitializedArray<float>(count);
        record[^(count * sizeof(float))..].CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>The readable part of the identity in a damaged record; null if there is none.</summary>
    public static MediaId? GuessId(ReadOnlySpan<byte> record)
    {
        var isOld = BinaryPrimitives.ReadUInt32LittleEndian(record) == OldMark;
        var payload = record[HeaderLength..];
        var (start, length) = isOld ? (OldPrefixLength, BinaryPrimitives.ReadInt32LittleEndian(payload)) : (PrefixLength, BinaryPrimitives.ReadInt32LittleEndian(payload[16..]));
        return length > 0 && length <= Math.Min(LongestGuess, payload.Length - start) && Encoding.UTF8.GetString(payload.Slice(start, length)) is var id && !string.IsNullOrWhiteSpace(id)
            ? new MediaId(id)
            : null;
    }

    private static void WriteHeader(Span<byte> record)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], record.Length - HeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], Crc32.HashToUInt32(record[HeaderLength..]));
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], Crc32.HashToUInt32(record[..12]));
    }

    private static bool Fits(int prefix, int id, int details, int frames, SegmentFile segment, int payload) =>
        id >= 0 && details >= 0 && frames >= 0 && (long)prefix + id + details + ((long)frames * segment.ValuesOfFrame * sizeof(float)) == payload;
}
