using System.Buffers.Binary;
using System.Text;

namespace CoVR.Storage;

/// <summary>A record without its embedding, as a part keeps it: offset and length in the segment, sequence, frames, lengths of identity and details, kind, identity, details.</summary>
internal static class RecordHead
{
    private const int PrefixLength = 32;

    public static byte[] Encode(StoredRecord record)
    {
        var (id, details) = (Encoding.UTF8.GetBytes(record.Id.Value), record.Details.Encode());
        var head = new byte[PrefixLength + id.Length + details.Length];
        BinaryPrimitives.WriteInt64LittleEndian(head, record.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(8), record.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), record.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(20), record.Frames);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(24), id.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(28), (int)record.Kind);
        id.CopyTo(head.AsSpan(PrefixLength));
        details.CopyTo(head.AsSpan(PrefixLength + id.Length));
        return head;
    }

    public static StoredRecord Decode(ReadOnlySpan<byte> head, SegmentFile segment)
    {
        var id = new MediaId(IdOf(head));
        return new StoredRecord
        {
            Offset = BinaryPrimitives.ReadInt64LittleEndian(head),
            Sequence = BinaryPrimitives.ReadInt64LittleEndian(head[8..]),
            Length = BinaryPrimitives.ReadInt32LittleEndian(head[16..]),
            Frames = BinaryPrimitives.ReadInt32LittleEndian(head[20..]),
            Kind = (RecordKind)BinaryPrimitives.ReadInt32LittleEndian(head[28..]),
            Id = id,
            Details = RecordDetails.Decode(head[(PrefixLength + IdLength(head))..], id),
            Segment = segment,
        };
    }

    /// <summary>The identity alone.</summary>
    public static string IdOf(ReadOnlySpan<byte> head) => Encoding.UTF8.GetString(head.Slice(PrefixLength, IdLength(head)));

    private static int IdLength(ReadOnlySpan<byte> head) => BinaryPrimitives.ReadInt32LittleEndian(head[24..]);
}
