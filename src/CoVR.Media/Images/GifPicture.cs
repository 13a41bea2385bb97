using System.Buffers.Binary;

namespace CoVR.Media.Images;

/// <summary>
/// The first picture of a GIF as Pillow 9.4 gives it: transparent pixels have the colour of their palette entry, and around a picture that is smaller than
/// the canvas lies the transparent colour, else the first one. Only the pixels of the picture itself are left to Skia, which would make all that black.
/// </summary>
/// <param name="Width">Of the canvas, in pixels.</param>
/// <param name="Height">Of the canvas, in pixels.</param>
/// <param name="Left">Where the picture begins.</param>
/// <param name="Top">Where the picture begins.</param>
/// <param name="Encoded">The picture alone, as an opaque GIF with a palette of 256 colours.</param>
/// <param name="Fill">Red, green and blue around the picture.</param>
internal sealed record GifPicture(int Width, int Height, int Left, int Top, byte[] Encoded, byte[] Fill)
{
    private const int HeaderLength = 13, DescriptorLength = 10, PaletteLength = 3 * 256;

    /// <summary>Finds the picture; null when the file is no GIF or ends before it.</summary>
    public static GifPicture? Find(ReadOnlySpan<byte> file)
    {
        if (ImageFormat.Name(file) != "GIF" || file.Length < HeaderLength)
        {
            return null;
        }

        var transparent = 0;
        for (var at = HeaderLength + GifBlocks.TableLength(file[10]); at < file.Length;)
        {
            switch (file[at])
            {
                case 0x3B:
                    return null;
                case 0x21:
                    transparent = file[at..] is [_, 0xF9, >= 4, var flags, _, _, var index, ..] && (flags & 1) != 0 ? index : transparent;
                    at = GifBlocks.Skip(file, at + 2);
                    break;
                case 0x2C:
                    return Read(file, at, transparent);
                default:
                    at++;
                    break;
            }
        }

        return null;
    }

    /// <summary>The canvas with the decoded picture on it.</summary>
    public RgbFrame Place(RgbFrame picture)
    {
        if (picture.Width == Width && picture.Height == Height)
        {
            return picture;
        }

        var rgb = GC.AllocateUninitializedArray<byte>(checked(Width * Height * 3));
        for (var at = 0; at < rgb.Length; at += Fill.Length)
        {
            Fill.CopyTo(rgb, at);
        }

        for (var row = 0; row < picture.Height; row++)
        {
            picture.Rgb.Span.Slice(row * picture.Width * 3, picture.Width * 3).CopyTo(rgb.AsSpan((((Top + row) * Width) + Left) * 3));
        }

        return new RgbFrame(Width, Height, rgb);
    }

    private static GifPicture? Read(ReadOnlySpan<byte> file, int at, int transparent)
    {
        var tables = file.Length < at + DescriptorLength ? 0 : GifBlocks.TableLength(file[at + 9]);
        var data = at + DescriptorLength + tables;
        if (file.Length <= data)
        {
            return null;
        }

        var screen = file[6..10];
        var picture = file.Slice(at + 1, 8);
        var (left, top, width, height) = (Word(picture), Word(picture[2..]), Word(picture[4..]), Word(picture[6..]));
        if (width == 0 || height == 0)
        {
            return null;
        }

        var palette = Palette(tables > 0 ? file.Slice(at + DescriptorLength, tables) : file[HeaderLength..Math.Min(at, HeaderLength + GifBlocks.TableLength(file[10]))]);
        var end = GifBlocks.Skip(file, data + 1);
        byte[] encoded =
        [
            .. file[..6], .. picture[4..], 0xF7, 0, 0, .. palette,
            0x2C, 0, 0, 0, 0, .. picture[4..], (byte)(file[at + 9] & 0x40), .. file[data..Math.Min(file.Length, end)], .. end <= file.Length ? ";"u8 : [],
        ];
        return new GifPicture(Math.Max(Word(screen), left + width), Math.Max(Word(screen[2..]), top + height), left, top, encoded, palette[(3 * transparent)..(3 * (transparent + 1))]);
    }

    // Pillow's palettes are a ramp of greys before colours are put into them.
    private static byte[] Palette(ReadOnlySpan<byte> colours)
    {
        var palette = new byte[PaletteLength];
        GreyRamp.Fill(palette, 0);
        colours.CopyTo(palette);
        return palette;
    }

    private static int Word(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}

/// <summary>The ramp of greys that Pillow's palettes hold where a file names no colour.</summary>
internal static class GreyRamp
{
    /// <summary>Fills a palette of red, green and blue from an entry on.</summary>
    internal static void Fill(Span<byte> palette, int from)
    {
        for (var at = 3 * from; at < palette.Length; at++)
        {
            palette[at] = (byte)(at / 3);
        }
    }
}
