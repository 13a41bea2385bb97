using System.Buffers.Binary;
using System.IO.Compression;

namespace CoVR.Media.Images;

/// <summary>
/// Decodes PNG files of 16-bit grey without alpha (RFC 2083, all filters, Adam7) the way Pillow 9.4 turns its mode "I" into RGB: values above 255
/// become 255. Skia would keep the high byte instead.
/// </summary>
internal static class Gray16Png
{
    private const int FirstChunk = 8;

    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>The header chunk.</summary>
    internal readonly record struct Header(int Width, int Height, bool Interlaced);

    /// <summary>Whether the file is a PNG of 16-bit grey.</summary>
    internal static bool TryReadHeader(ReadOnlySpan<byte> file, out Header header)
    {
        header = default;
        if (file.Length < 33 || !ImageFormat.IsPng(file) || !file[12..16].SequenceEqual("IHDR"u8) || file[24] != 16 || file[25] != 0)
        {
            return false;
        }

        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(file[16..]), BinaryPrimitives.ReadInt32BigEndian(file[20..]));
        header = new Header(width, height, file[28] == 1);
        return width > 0 && height > 0;
    }

    /// <summary>Decodes the file.</summary>
    internal static RgbFrame Decode(ReadOnlySpan<byte> file, Header header, string name)
    {
        using var inflated = new ZLibStream(new MemoryStream(JoinData(file, name)), CompressionMode.Decompress);
        var rgb = new byte[checked(header.Width * header.Height * 3)];
        try
        {
            foreach (var (x, y, stepX, stepY) in header.Interlaced ? Adam7 : [(0, 0, 1, 1)])
            {
                ReadPass(inflated, rgb, header, (x, y, stepX, stepY));
            }

            // The checksum is only compared at the end.
            inflated.ReadByte();
        }
        catch (EndOfStreamException cause)
        {
            throw new MediaReadException(name, MediaFailure.Truncated, "the image ends before its last pixel.", cause);
        }
        catch (InvalidDataException cause)
        {
            throw new MediaReadException(name, MediaFailure.Corrupt, "the image is damaged.", cause);
        }

        return new RgbFrame(header.Width, header.Height, rgb);
    }

    private static byte[] JoinData(ReadOnlySpan<byte> file, string name)
    {
        using var joined = new MemoryStream();
        for (var at = FirstChunk; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            var kind = file.Slice(at + 4, 4);
            if (kind.SequenceEqual("IEND"u8))
            {
                return joined.ToArray();
            }

            if (at + 12L + length > file.Length)
            {
                break;
            }

            if (kind.SequenceEqual("IDAT"u8))
            {
                joined.Write(file.Slice(at + 8, (int)length));
            }

            at += 12 + (int)length;
        }

        throw new MediaReadException(name, MediaFailure.Truncated, "the image ends before its end mark.");
    }

    private static void ReadPass(Stream inflated, byte[] rgb, Header header, (int X, int Y, int StepX, int StepY) pass)
    {
        var columns = (header.Width - pass.X + pass.StepX - 1) / pass.StepX;
        var rows = (header.Height - pass.Y + pass.StepY - 1) / pass.StepY;
        if (columns <= 0 || rows <= 0)
        {
            return;
        }

        var (line, above) = (new byte[columns * 2], new byte[columns * 2]);
        for (var row = 0; row < rows; row++)
        {
            var filter = inflated.ReadByte();
            if (filter < 0)
            {
                throw new EndOfStreamException();
            }

            inflated.ReadExactly(line);
            Unfilter(filter, line, above);
            var target = ((pass.Y + (row * pass.StepY)) * header.Width) + pass.X;
            for (var column = 0; column < columns; column++, target += pass.StepX)
            {
                var value = line[column * 2] == 0 ? line[(column * 2) + 1] : (byte)255;
                rgb.AsSpan(target * 3, 3).Fill(value);
            }

            (line, above) = (above, line);
        }
    }

    private static void Unfilter(int filter, Span<byte> line, ReadOnlySpan<byte> above)
    {
        for (var at = 0; at < line.Length; at++)
        {
            var left = at >= 2 ? line[at - 2] : 0;
            var corner = at >= 2 ? above[at - 2] : 0;
            line[at] += filter switch
            {
                0 => 0,
                1 => (byte)left,
                2 => above[at],
                3 => (byte)((left + above[at]) / 2),
                4 => Paeth(left, above[at], corner),
                _ => throw new InvalidDataException($"Unknown row filter {filter}."),
            };
        }
    }

    private static byte Paeth(int left, int above, int corner)
    {
        var estimate = left + above - corner;
        var (toLeft, toAbove, toCorner) = (Math.Abs(estimate - left), Math.Abs(estimate - above), Math.Abs(estimate - corner));
        return (byte)(toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner);
    }
}
