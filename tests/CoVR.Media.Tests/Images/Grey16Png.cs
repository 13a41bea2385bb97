using System.Buffers.Binary;
using System.IO.Compression;

namespace CoVR.Media.Tests.Images;

/// <summary>Writes PNG files of 16-bit grey, each row with another filter.</summary>
internal static class Grey16Png
{
    private static readonly (int X, int Y, int StepX, int StepY)[] Passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    internal static byte[] Encode(int width, int height, Func<int, int, ushort> value, bool interlaced)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var pass in interlaced ? Passes : [(0, 0, 1, 1)])
            {
                WritePass(deflate, width, height, value, pass);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[12]) = (16, (byte)(interlaced ? 1 : 0));
        var data = packed.ToArray();
        return
        [
            0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, data.AsSpan(0, data.Length / 2)),
            .. Chunk("IDAT"u8, data.AsSpan(data.Length / 2)), .. Chunk("IEND"u8, []),
        ];
    }

    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
            }
        }

        return ~crc;
    }

    private static void WritePass(Stream target, int width, int height, Func<int, int, ushort> value, (int X, int Y, int StepX, int StepY) pass)
    {
        byte[]? above = null;
        var filter = 0;
        for (var y = pass.Y; y < height && pass.X < width; y += pass.StepY, filter = (filter + 1) % 5)
        {
            var line = new List<byte>();
            for (var x = pass.X; x < width; x += pass.StepX)
            {
                line.AddRange([(byte)(value(x, y) >> 8), (byte)value(x, y)]);
            }

            byte[] raw = [.. line];
            target.WriteByte((byte)filter);
            target.Write([.. raw.Select((_, at) => (byte)(raw[at] - Guess(filter, raw, above ?? new byte[raw.Length], at)))]);
            above = raw;
        }
    }

    private static int Guess(int filter, byte[] line, byte[] above, int at)
    {
        var (left, up, corner) = (at < 2 ? 0 : line[at - 2], (int)above[at], at < 2 ? 0 : above[at - 2]);
        var estimate = left + up - corner;
        return filter switch
        {
            0 => 0,
            1 => left,
            2 => up,
            3 => (left + up) / 2,
            _ => new[] { left, up, corner }.MinBy(candidate => Math.Abs(estimate - candidate)),
        };
    }

    internal static byte[] Chunk(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        kind.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Checksum(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }
}
