using System.Buffers.Binary;
using CoVR.Media;

namespace CoVR.AspNetCore.Files;

/// <summary>What a file is by its first bytes; names and announced types are not asked.</summary>
internal static class ContentTypes
{
    /// <summary>How many bytes are looked at.</summary>
    public const int HeaderBytes = 256;

    /// <summary>The type of a picture or video; null for anything else.</summary>
    public static string? Of(ReadOnlySpan<byte> header) => PictureType(header) ?? VideoType(header);

    private static string? PictureType(ReadOnlySpan<byte> header) => MediaFrameReader.PictureFormatOf(header) switch
    {
        "PNG" => "image/png",
        "JPEG" => "image/jpeg",
        "WebP" => "image/webp",
        "GIF" => "image/gif",
        "BMP" => "image/bmp",
        "TIFF" or "camera RAW" => "image/tiff",
        "HEIC" => "image/heic",
        "AVIF" => "image/avif",
        "JPEG 2000" => "image/jp2",
        "JPEG XL" => "image/jxl",
        _ => null,
    };

    private static string? VideoType(ReadOnlySpan<byte> header) => header switch
    {
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'q', (byte)'t', ..] => "video/quicktime",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'3', (byte)'g', ..] => "video/3gpp",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "video/mp4",
        [_, _, _, _, (byte)'m', (byte)'o', (byte)'o', (byte)'v', ..] or [_, _, _, _, (byte)'m', (byte)'d', (byte)'a', (byte)'t', ..] or [_, _, _, _, (byte)'w', (byte)'i', (byte)'d', (byte)'e', ..] => "video/quicktime",
        [0x1a, 0x45, 0xdf, 0xa3, ..] => header.IndexOf("webm"u8) >= 0 ? "video/webm" : "video/x-matroska",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'A', (byte)'V', (byte)'I', (byte)' ', ..] => "video/x-msvideo",
        [0, 0, 1, 0xba or 0xb3, ..] => "video/mpeg",
        [0x30, 0x26, 0xb2, 0x75, ..] => "video/x-ms-wmv",
        [(byte)'F', (byte)'L', (byte)'V', 1, ..] => "video/x-flv",
        [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] => "video/ogg",
        _ => IsTransportStream(header) ? "video/mp2t" : null,
    };

    private static bool IsTransportStream(ReadOnlySpan<byte> header) =>
        header.Length > 196 && ((header[0] == 0x47 && header[188] == 0x47) || (header[4] == 0x47 && header[196] == 0x47 && BinaryPrimitives.ReadInt32BigEndian(header) != 0));
}
