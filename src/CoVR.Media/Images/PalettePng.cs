using System.Buffers.Binary;

namespace CoVR.Media.Images;

/// <summary>PNG files with pixels beyond their palette: Skia makes them black, Pillow 9.4 grey.</summary>
internal static class PalettePng
{
    private const int FirstChunk = 8, Head = 8, Sum = 4;

    /// <summary>The file with a palette for all values that a pixel can have; the same bytes when it has one or is of another kind.</summary>
    internal static ReadOnlySpan<byte> Complete(ReadOnlySpan<byte> file)
    {
        if (file.Length < 33 || !ImageFormat.IsPng(file) || file[25] != 3 || file[24] is not (1 or 2 or 4 or 8))
        {
            return file;
        }

        var full = 3 << file[24];
        for (long at = FirstChunk; at + Head <= file.Length;)
        {
            var chunk = file[(int)at..];
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (length > chunk.Length - Head - Sum || chunk[4..Head].SequenceEqual("IDAT"u8))
            {
                break;
            }

            if (chunk[4..Head].SequenceEqual("PLTE"u8))
            {
                return length < full && length % 3 == 0 && IsWhole(chunk, (int)length)
                    ? (byte[])[.. file[..(int)at], .. Palette(chunk.Slice(Head, (int)length), full), .. chunk[(Head + (int)length + Sum)..]]
                    : file;
            }

            at += Head + length + Sum;
        }

        return file;
    }

    private static bool IsWhole(ReadOnlySpan<byte> chunk, int length) => BinaryPrimitives.ReadUInt32BigEndian(chunk[(Head + length)..]) == Crc(chunk[4..(Head + length)]);

    private static byte[] Palette(ReadOnlySpan<byte> colours, int full)
    {
        var chunk = new byte[Head + full + Sum];
        BinaryPrimitives.WriteInt32BigEndian(chunk, full);
        "PLTE"u8.CopyTo(chunk.AsSpan(4));
        GreyRamp.Fill(chunk.AsSpan(Head, full), colours.Length / 3);
        colours.CopyTo(chunk.AsSpan(Head));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(Head + full), Crc(chunk.AsSpan(4, 4 + full)));
        return chunk;
    }

    /// <summary>CRC-32 of PNG (RFC 2083, 3.4).</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var item in bytes)
        {
            crc ^= item;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
