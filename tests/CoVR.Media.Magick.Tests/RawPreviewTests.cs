using System.Buffers.Binary;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Media.Magick.Tests;

public sealed class RawPreviewTests
{
    private readonly IImageDecoder _seen = MagickCoVRBuilderExtensions.CreateDecoder(new MediaOptions { Pictures = PictureReading.AsSeen });
    private readonly IImageDecoder _pillow = MagickCoVRBuilderExtensions.CreateDecoder();

    [Fact]
    public void Decode_OfADng_GivesItsLargestPreviewUpright()
    {
        Assert.Equal("BRWG", MadePictures.Corners(_seen.Decode(RawFile.Dng(orientation: 6), "p.dng"), 6));
        Assert.Equal("RGBW", MadePictures.Corners(_pillow.Decode(RawFile.Dng(orientation: 6), "p.dng"), 6));
    }

    /// <summary>A preview that says itself which side is up is not turned by the file around it, too.</summary>
    [Fact]
    public void Decode_OfADngWhosePreviewHasExif_TurnsItOnce()
    {
        Assert.Equal("BRWG", MadePictures.Corners(_seen.Decode(RawFile.Dng(orientation: 6, preview: RawFile.Turned(6)), "p.dng"), 6));
        Assert.Equal("WBGR", MadePictures.Corners(_seen.Decode(RawFile.Dng(orientation: 6, preview: RawFile.Turned(3)), "p.dng"), 6));
    }

    [Theory]
    [InlineData("II*\0\u0010\0\0\0CR\u0002\0")]
    [InlineData("IIRO\u0008\0\0\0")]
    [InlineData("IIU\0\u0008\0\0\0")]
    [InlineData("FUJIFILMCCD-RAW 0201FF")]
    [InlineData("\0\0\0\u0018ftypcrx \0\0\0\u0001crx isom")]
    public void Decode_OfAnotherMakersFile_GivesItsPreview(string start)
    {
        byte[] file = [.. System.Text.Encoding.Latin1.GetBytes(start).Concat(new byte[100]), .. RawFile.Jpeg(8), .. new byte[10], .. RawFile.Jpeg(), .. new byte[50]];

        Assert.Equal("RGBW", MadePictures.Corners(_seen.Decode(file, "p"), 6));
    }

    [Fact]
    public void Decode_OfARawFileWithoutPreview_SaysSo()
    {
        var error = Assert.Throws<MediaReadException>(() => _seen.Decode(RawFile.Dng(preview: []), "p.dng"));

        Assert.Equal((MediaFailure.UnknownFormat, "the camera RAW file has no preview; convert it to JPEG or TIFF."), (error.Failure, error.Reason));
    }

    [Fact]
    public void Decode_OfARawFileCutInItsPreview_IsAnError()
    {
        var file = RawFile.Dng();

        Assert.Equal(MediaFailure.Truncated, Assert.Throws<MediaReadException>(() => _seen.Decode(file.AsSpan(0, RawFile.Data + RawFile.Jpeg(8).Length + RawFile.Jpeg().Length - 8), "p.dng")).Failure);
    }
}

/// <summary>Writes camera RAW files: a directory with a preview, and one below it with data of a sensor that look like a larger JPEG.</summary>
internal static class RawFile
{
    /// <summary>Where the small preview begins; the large one follows.</summary>
    public const int Data = 400;

    public static byte[] Dng(byte orientation = 1, byte[]? preview = null)
    {
        var (small, large, sensor) = (Jpeg(8), preview ?? Jpeg(), Jpeg(scale: 2));
        const int Main = 8, Below = 200;
        byte[] head = [.. "II*\0"u8, Main, 0, 0, 0];
        var main = Directory((254, 1), (274, orientation), (330, Below), (513, Data), (514, small.Length), (50706, 0x0401));
        var below = Directory((254, 0), (262, 32803), (273, Data + small.Length + large.Length), (279, sensor.Length));
        byte[] file = [.. head, .. main.Concat(new byte[Below - head.Length - main.Length]), .. below.Concat(new byte[Data - Below - below.Length])];
        return [.. file, .. preview is { Length: 0 } ? new byte[small.Length] : small, .. large, .. sensor];
    }

    public static byte[] Jpeg(int divide = 1, int scale = 1) => MediaWriter.EncodeJpeg(divide > 1 ? MediaWriter.Shrink(MadePictures.Frame, 64 / divide) : Enlarged(scale), 95);

    /// <summary>A JPEG with an EXIF orientation.</summary>
    public static byte[] Turned(byte orientation)
    {
        byte[] exif = [.. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        return [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. Jpeg()[2..]];
    }

    private static RgbFrame Enlarged(int scale)
    {
        var (width, height) = (MadePictures.Frame.Width * scale, MadePictures.Frame.Height * scale);
        return scale == 1 ? MadePictures.Frame : new RgbFrame(width, height, new byte[width * height * 3]);
    }

    private static byte[] Directory(params (int Tag, int Value)[] entries)
    {
        var bytes = new byte[2 + (entries.Length * 12) + 4];
        BinaryPrimitives.WriteInt16LittleEndian(bytes, (short)entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = bytes.AsSpan(2 + (i * 12));
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)entries[i].Tag);
            BinaryPrimitives.WriteInt16LittleEndian(entry[2..], 4);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], 1);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], entries[i].Value);
        }

        return bytes;
    }
}
