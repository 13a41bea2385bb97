using System.Buffers.Binary;
using System.IO.Compression;
using CoVR.Media.Images;

namespace CoVR.Media.Tests.Images;

/// <summary>Pixels that Pillow 9.4 gives for <c>convert("RGB")</c> and Skia does not: each expected value was compared with Pillow's.</summary>
public sealed class PillowPixelsTests
{
    private static readonly byte[][] Colours = [[10, 20, 30], [40, 50, 60], [70, 80, 90], [143, 141, 156]];

    [Fact]
    public void Decode_TransparentGif_HasTheColourOfTheTransparentEntry()
    {
        var frame = Decode(Gif((2, 2), (0, 0, 2, 2), [0, 3, 3, 1], transparent: 3));

        Assert.Equal([.. Colours[0], .. Colours[3], .. Colours[3], .. Colours[1]], frame.Rgb.ToArray());
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(null, 0)]
    public void Decode_GifSmallerThanItsCanvas_IsSurroundedByTheTransparentOrFirstColour(int? transparent, int around)
    {
        var frame = Decode(Gif((3, 2), (1, 1, 1, 1), [3], transparent));

        Assert.Equal((3, 2), (frame.Width, frame.Height));
        Assert.Equal([.. Enumerable.Repeat(Colours[around], 4).SelectMany(colour => colour), .. Colours[3], .. Colours[around]], frame.Rgb.ToArray());
    }

    [Fact]
    public void Decode_GifLargerThanItsCanvas_MakesItLarger()
    {
        var frame = Decode(Gif((1, 1), (1, 0, 2, 1), [1, 2], transparent: null));

        Assert.Equal((3, 1), (frame.Width, frame.Height));
        Assert.Equal([.. Colours[0], .. Colours[1], .. Colours[2]], frame.Rgb.ToArray());
    }

    [Fact]
    public void Decode_GifBeyondItsPalette_IsGrey() =>
        Assert.Equal([.. Colours[1], 5, 5, 5, 7, 7, 7, 7, 7, 7], Decode(Gif((2, 2), (0, 0, 2, 2), [1, 5, 7, 7], transparent: 7, bits: 3)).Rgb.ToArray());

    [Fact]
    public void Decode_PngBeyondItsPalette_IsGrey() => Assert.Equal([.. Colours[1], 4, 4, 4, 200, 200, 200], Decode(PalettePng([1, 4, 200])).Rgb.ToArray());

    [Fact]
    public void Decode_BitmapBeyondItsPalette_IsGrey()
    {
        byte[] file =
        [
            .. "BM"u8, 74, 0, 0, 0, 0, 0, 0, 0, 70, 0, 0, 0, 40, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 8, 0, .. new byte[16], 4, 0, 0, 0, 0, 0, 0, 0,
            .. Colours.SelectMany(colour => (byte[])[colour[2], colour[1], colour[0], 0]), 3, 4, 200, 0,
        ];

        Assert.Equal([.. Colours[3], 4, 4, 4, 200, 200, 200], Decode(file).Rgb.ToArray());
    }

    [Theory]
    [InlineData(0, new byte[] { 0, 0, 0, 255, 255, 255, 131, 16, 8, 0, 0, 255 })]
    [InlineData(0x7C00, new byte[] { 0, 0, 0, 255, 255, 255, 131, 16, 8, 0, 0, 255 })]
    [InlineData(0xF800, new byte[] { 0, 0, 0, 123, 255, 255, 65, 8, 8, 0, 0, 255 })]
    public void Decode_BitmapOf16Bits_RoundsAsPillow(int red, byte[] expected)
    {
        ushort[] pixels = [0x0000, 0x7FFF, 0x4041, 0x001F];

        Assert.Equal(expected, Decode(Bitmap(pixels, red)).Rgb.ToArray());
        Assert.Equal(MediaFailure.Truncated, Assert.Throws<MediaReadException>(() => Decode(Bitmap(pixels, red)[..^3])).Failure);
    }

    [Theory]
    [InlineData("II*\0")]
    [InlineData("MM\0*")]
    [InlineData("II+\0")]
    public async Task ReadAsync_OfATiff_SaysThatTiffIsNotRead(string start)
    {
        var reader = new MediaFrameReader(new SkiaImageDecoder());
        byte[] file = [.. System.Text.Encoding.ASCII.GetBytes(start), .. new byte[200]];
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);

            var error = await Assert.ThrowsAsync<MediaReadException>(async () => await reader.ReadAsync(path, new FixedSampler(0), TestContext.Current.CancellationToken));

            Assert.Equal(MediaFailure.UnknownFormat, error.Failure);
            Assert.Contains("TIFF pictures are read with the package CoVR.Media.Magick", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static RgbFrame Decode(byte[] file) => new SkiaImageDecoder().Decode(file, "picture");

    private static byte[] Gif((byte Width, byte Height) canvas, (byte Left, byte Top, byte Width, byte Height) place, byte[] pixels, int? transparent, int bits = 2)
    {
        byte[] control = transparent is { } index ? [0x21, 0xF9, 4, 1, 0, 0, (byte)index, 0] : [];
        var codes = pixels.SelectMany(pixel => new[] { 1 << bits, pixel }).Append((1 << bits) + 1).ToArray();
        var packed = new byte[((codes.Length * (bits + 1)) + 7) / 8];
        for (var bit = 0; bit < codes.Length * (bits + 1); bit++)
        {
            packed[bit / 8] |= (byte)(((codes[bit / (bits + 1)] >> (bit % (bits + 1))) & 1) << (bit % 8));
        }

        return
        [
            .. "GIF89a"u8, canvas.Width, 0, canvas.Height, 0, 0x81, 0, 0, .. Colours.SelectMany(colour => colour), .. control,
            0x2C, place.Left, 0, place.Top, 0, place.Width, 0, place.Height, 0, 0, (byte)bits, (byte)packed.Length, .. packed, 0, 0x3B,
        ];
    }

    private static byte[] PalettePng(byte[] pixels)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write([0, .. pixels]);
        }

        return
        [
            0x89, .. "PNG\r\n\u001a\n"u8, .. Grey16Png.Chunk("IHDR"u8, [0, 0, 0, (byte)pixels.Length, 0, 0, 0, 1, 8, 3, 0, 0, 0]),
            .. Grey16Png.Chunk("PLTE"u8, [.. Colours.SelectMany(colour => colour)]), .. Grey16Png.Chunk("IDAT"u8, packed.ToArray()), .. Grey16Png.Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Bitmap(ushort[] pixels, int red)
    {
        var masks = red == 0 ? [] : new[] { red, red == 0x7C00 ? 0x3E0 : 0x7E0, 0x1F };
        var file = new byte[66 + (2 * pixels.Length)];
        "BM"u8.CopyTo(file);
        foreach (var (at, value) in new[] { (2, file.Length), (10, 66), (14, 40), (18, pixels.Length), (22, 1), (26, 1 | (16 << 16)), (30, masks.Length) })
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        }

        for (var i = 0; i < masks.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(54 + (4 * i)), masks[i]);
        }

        for (var i = 0; i < pixels.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(66 + (2 * i)), pixels[i]);
        }

        return file;
    }
}
