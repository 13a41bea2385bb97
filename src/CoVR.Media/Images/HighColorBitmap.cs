using System.Buffers.Binary;

namespace CoVR.Media.Images;

/// <summary>Decodes BMP files of 16 bits a pixel, 5-5-5 or 5-6-5, with the rounding of Pillow 9.4; Skia's differs by a few levels.</summary>
internal static class HighColorBitmap
{
    private const int FileHeader = 14, WindowsHeader = 40, WithoutMasks = 0, WithMasks = 3;

    /// <summary>What the header says: red and green begin at bits, and green has 5 or 6.</summary>
    internal readonly record struct Header(int Width, int Height, int Start, bool FromTop, int GreenBits);

    /// <summary>Whether the file is such a BMP.</summary>
    internal static bool TryReadHeader(ReadOnlySpan<byte> file, out Header header)
    {
        header = default;
        if (ImageFormat.Name(file) != "BMP" || file.Length < FileHeader + WindowsHeader + 12 || Number(file, FileHeader) < WindowsHeader || file[FileHeader + 14] != 16)
        {
            return false;
        }

        var (width, height, start) = (Number(file, FileHeader + 4), Number(file, FileHeader + 8), Number(file, 10));
        var green = (Number(file, FileHeader + 16), Number(file, 54), Number(file, 58), Number(file, 62)) switch
        {
            (WithoutMasks, _, _, _) or (WithMasks, 0x7C00, 0x3E0, 0x1F) => 5,
            (WithMasks, 0xF800, 0x7E0, 0x1F) => 6,
            _ => 0,
        };
        header = new Header(width, Math.Abs(Math.Max(height, -int.MaxValue)), start, height < 0, green);
        return width > 0 && height != 0 && start >= FileHeader + WindowsHeader && green > 0;
    }

    /// <summary>Decodes the file.</summary>
    internal static RgbFrame Decode(ReadOnlySpan<byte> file, Header header, string name)
    {
        var stride = ((header.Width * 16L) + 31) / 32 * 4;
        if (header.Start + (stride * header.Height) > file.Length)
        {
            throw new MediaReadException(name, MediaFailure.Truncated, "the image ends before its last pixel.");
        }

        var rgb = new byte[checked(header.Width * header.Height * 3)];
        var (greens, red, at) = ((1 << header.GreenBits) - 1, 5 + header.GreenBits, 0);
        for (var row = 0; row < header.Height; row++)
        {
            var line = file[(int)(header.Start + (stride * (header.FromTop ? row : header.Height - 1 - row)))..];
            for (var column = 0; column < header.Width; column++)
            {
                var pixel = BinaryPrimitives.ReadUInt16LittleEndian(line[(2 * column)..]);
                rgb[at++] = (byte)(((pixel >> red) & 31) * 255 / 31);
                rgb[at++] = (byte)(((pixel >> 5) & greens) * 255 / greens);
                rgb[at++] = (byte)((pixel & 31) * 255 / 31);
            }
        }

        return new RgbFrame(header.Width, header.Height, rgb);
    }

    private static int Number(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file[at..]);
}
