using System.Buffers.Binary;
using System.Text;

namespace CoVR.Media.Video;

/// <summary>Reads the boxes of an MP4 file that lie one after another in memory. What does not fit throws <see cref="ArgumentException"/> or <see cref="OverflowException"/>.</summary>
internal static class Mp4Boxes
{
    private const int Head = 8;

    /// <summary>The boxes: four letters and what is in it.</summary>
    internal static IEnumerable<(string Kind, ReadOnlyMemory<byte> Payload)> In(ReadOnlyMemory<byte> boxes)
    {
        while (boxes.Length >= Head)
        {
            var size = UInt32(boxes, 0);
            var (start, end) = size == 1 ? (Head * 2, checked((int)Int64(boxes, Head))) : (Head, size == 0 ? boxes.Length : checked((int)size));
            yield return (Encoding.Latin1.GetString(boxes[4..Head].Span), boxes[start..end]);
            boxes = boxes[end..];
        }
    }

    /// <summary>The payload of the first box of a kind, within it the first of the next kind, and so on; empty if there is none.</summary>
    internal static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> boxes, params ReadOnlySpan<string> kinds)
    {
        foreach (var kind in kinds)
        {
            boxes = In(boxes).FirstOrDefault(box => box.Kind == kind).Payload;
        }

        return boxes;
    }

    /// <summary>A number of 16 bits.</summary>
    internal static ushort UInt16(ReadOnlyMemory<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.Span[at..]);

    /// <summary>A number of 32 bits.</summary>
    internal static uint UInt32(ReadOnlyMemory<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[at..]);

    /// <summary>A number of 64 bits.</summary>
    internal static long Int64(ReadOnlyMemory<byte> bytes, int at) => BinaryPrimitives.ReadInt64BigEndian(bytes.Span[at..]);
}
