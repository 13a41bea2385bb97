using System.Buffers.Binary;
using CoVR.Media.Images;
using SkiaSharp;

namespace CoVR.Media.Tests.Images;

public sealed class SkiaImageDecoderTests
{
    private readonly SkiaImageDecoder _decoder = new();

    public static TheoryData<string> Formats => ["png", "jpeg", "webp", "gif", "bmp", "grey16"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_WholeFile_HasItsSize(string format)
    {
        var frame = _decoder.Decode(Encoded(format), format);

        Assert.Equal((48, 40), (frame.Width, frame.Height));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_CutAnywhere_IsAnErrorUntilTheLastPixelIsThere(string format)
    {
        var whole = Encoded(format);
        var pixels = _decoder.Decode(whole, format).Rgb.ToArray();
        for (var length = 1; length < whole.Length; length += Math.Max(1, whole.Length / 97))
        {
            var end = length;
            if (length > whole.Length * 0.9 && Record.Exception(() => _decoder.Decode(whole.AsSpan(0, end), "cut")) is null)
            {
                // Only check sums and end marks are missing.
                Assert.Equal(pixels, _decoder.Decode(whole.AsSpan(0, end), "cut").Rgb.ToArray());
                continue;
            }

            var failure = Assert.Throws<MediaReadException>(() => _decoder.Decode(whole.AsSpan(0, end), "cut"));

            Assert.Contains(failure.Failure, new[] { MediaFailure.Truncated, MediaFailure.Corrupt, MediaFailure.UnknownFormat });
            Assert.True(length < whole.Length / 2 || failure.Failure == MediaFailure.Truncated, $"{format} cut at {length} of {whole.Length}: {failure.Message}");
        }
    }

    [Fact]
    public void Decode_NoBytes_SaysEmpty() => Assert.Equal(MediaFailure.Empty, Fails([]).Failure);

    [Theory]
    [InlineData("no picture at all, only words")]
    [InlineData("II*\0and what follows in a TIFF")]
    [InlineData("P")]
    public void Decode_OtherBytes_SaysUnknownFormat(string text)
    {
        var failure = Fails(System.Text.Encoding.ASCII.GetBytes(text));

        Assert.Equal(MediaFailure.UnknownFormat, failure.Failure);
        Assert.Equal("bad", failure.Media);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("grey16")]
    public void Decode_DataOverwritten_SaysCorrupt(string format)
    {
        var bytes = Encoded(format);
        new Random(3).NextBytes(bytes.AsSpan(bytes.Length / 4, bytes.Length / 8));

        Assert.Equal(MediaFailure.Corrupt, Fails(bytes).Failure);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("grey16")]
    [InlineData("bmp")]
    [InlineData("gif")]
    public void Decode_HugeDimensions_AreRefusedBeforeMemoryIsTaken(string format)
    {
        var bytes = Encoded(format);
        SetSize(bytes, format, 60_000, 60_000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var failure = Fails(bytes);

        Assert.Equal(MediaFailure.TooLarge, failure.Failure);
        Assert.Contains("60000x60000", failure.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Decode_MorePixelsThanTheOption_IsRefused()
    {
        var decoder = new SkiaImageDecoder(new MediaOptions { MaxPixels = (48 * 40) - 1 });

        var failure = Assert.Throws<MediaReadException>(() => decoder.Decode(Encoded("png"), "large"));

        Assert.Equal(MediaFailure.TooLarge, failure.Failure);
        Assert.NotNull(new SkiaImageDecoder(new MediaOptions { MaxPixels = 48 * 40 }).Decode(Encoded("png"), "fits"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decode_Grey16_ClipsAt255(bool interlaced)
    {
        var bytes = Grey16Png.Encode(19, 13, (x, y) => (ushort)((y * 19) + x + (x == 3 ? 4000 : 0)), interlaced);

        var frame = _decoder.Decode(bytes, "grey");

        for (var pixel = 0; pixel < 19 * 13; pixel++)
        {
            var expected = pixel % 19 == 3 ? 255 : Math.Min(pixel, 255);
            Assert.Equal(expected, frame.Rgb.Span[pixel * 3]);
            Assert.Equal(expected, frame.Rgb.Span[(pixel * 3) + 2]);
        }
    }

    private MediaReadException Fails(byte[] bytes) => Assert.Throws<MediaReadException>(() => _decoder.Decode(bytes, "bad"));

    private static void SetSize(byte[] bytes, string format, int width, int height)
    {
        switch (format)
        {
            case "bmp":
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), height);
                break;
            case "gif":
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)width);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)height);
                break;
            default:
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(29), Grey16Png.Checksum(bytes.AsSpan(12, 17)));
                break;
        }
    }

    private static byte[] Encoded(string format)
    {
        var frame = Pictures.Gradient(48, 40);
        return format switch
        {
            "png" => MediaWriter.EncodePng(frame),
            "jpeg" => WithSkia(frame, SKEncodedImageFormat.Jpeg),
            "webp" => WithSkia(frame, SKEncodedImageFormat.Webp),
            "bmp" => Bitmap(frame),
            "gif" => Gif(),
            _ => Grey16Png.Encode(48, 40, (x, y) => (ushort)((x * 7919) ^ (y * 104729)), interlaced: false),
        };
    }

    private static byte[] WithSkia(RgbFrame frame, SKEncodedImageFormat format)
    {
        using var bitmap = SKBitmap.Decode(MediaWriter.EncodePng(frame));
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    private static byte[] Bitmap(RgbFrame frame)
    {
        var file = new byte[54 + frame.Rgb.Length];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), frame.Width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), frame.Height);
        file[26] = 1;
        file[28] = 24;
        frame.Rgb.Span.CopyTo(file.AsSpan(54));
        return file;
    }

    /// <summary>A GIF whose picture is stored without compression: clear codes every 100 pixels keep codes at 8 + 1 bits.</summary>
    private static byte[] Gif()
    {
        using var file = new MemoryStream();
        file.Write("GIF89a"u8);
        file.Write([48, 0, 40, 0, 0xF7, 0, 0]);
        for (var color = 0; color < 256; color++)
        {
            file.Write([(byte)color, (byte)(255 - color), 7]);
        }

        file.Write([0x2C, 0, 0, 0, 0, 48, 0, 40, 0, 0, 8]);
        var packed = PackNineBitCodes(48 * 40);
        for (var at = 0; at < packed.Length; at += 255)
        {
            var block = packed.AsSpan(at, Math.Min(255, packed.Length - at));
            file.WriteByte((byte)block.Length);
            file.Write(block);
        }

        file.Write([0, 0x3B]);
        return file.ToArray();
    }

    private static byte[] PackNineBitCodes(int pixels)
    {
        var codes = Enumerable.Range(0, pixels).SelectMany(pixel => pixel % 100 == 0 ? new[] { 256, pixel % 256 } : [pixel % 256]).Append(257).ToArray();
        var packed = new byte[((codes.Length * 9) + 7) / 8];
        for (var bit = 0; bit < codes.Length * 9; bit++)
        {
            packed[bit / 8] |= (byte)(((codes[bit / 9] >> (bit % 9)) & 1) << (bit % 8));
        }

        return packed;
    }
}
