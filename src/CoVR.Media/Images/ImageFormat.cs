using System.Buffers.Binary;

namespace CoVR.Media.Images;

/// <summary>Recognizes picture formats by the first bytes of a file.</summary>
internal static class ImageFormat
{
    /// <summary>How many bytes <see cref="Name"/> needs.</summary>
    internal const int HeaderLength = 64;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The name of a picture format that <see cref="SkiaImageDecoder"/> reads, or null.</summary>
    internal static string? Name(ReadOnlySpan<byte> header)
    {
        if (IsPng(header))
        {
            return "PNG";
        }

        if (header.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return "JPEG";
        }

        if (header.StartsWith("GIF87a"u8) || header.StartsWith("GIF89a"u8))
        {
            return "GIF";
        }

        if (header.StartsWith("RIFF"u8) && header.Length >= 12 && header[8..].StartsWith("WEBP"u8))
        {
            return "WebP";
        }

        return IsBitmap(header) ? "BMP" : null;
    }

    /// <summary>Whether the bytes start like a PNG file.</summary>
    internal static bool IsPng(ReadOnlySpan<byte> header) => header.StartsWith(PngSignature);

    /// <summary>The name of a picture format that other decoders than <see cref="SkiaImageDecoder"/> read, or null.</summary>
    internal static string? OtherName(ReadOnlySpan<byte> header) =>
        header.StartsWith("FUJIFILMCCD-RAW"u8) || header is [(byte)'I', (byte)'I', (byte)'R', (byte)'O' or (byte)'S', ..] or [(byte)'M', (byte)'M', (byte)'O', (byte)'R', ..] or [(byte)'I', (byte)'I', (byte)'U', 0, ..] ? "camera RAW"
        : IsTiff(header) ? header.Length > 9 && header[8..].StartsWith("CR"u8) ? "camera RAW" : "TIFF"
        : header.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || header.StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ']) ? "JPEG XL"
        : header.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]) || header.StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ']) ? "JPEG 2000"
        : header.Length >= 16 && header[4..8].SequenceEqual("ftyp"u8) ? OfBrands(header) : null;

    /// <summary>Whether the bytes start like a picture, which is a matter of the image decoder even if it does not read it.</summary>
    internal static bool IsPicture(ReadOnlySpan<byte> header) => (Name(header) ?? OtherName(header)) is not null;

    /// <summary>Whether a WebP file is shorter than its header says; Skia reports such a file as invalid.</summary>
    internal static bool IsShortWebP(ReadOnlySpan<byte> file) =>
        Name(file) == "WebP" && BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) + 8L > file.Length;

    private static bool IsTiff(ReadOnlySpan<byte> header) => header is [(byte)'I', (byte)'I', (byte)'*' or (byte)'+', 0, ..] or [(byte)'M', (byte)'M', 0, (byte)'*' or (byte)'+', ..];

    // The first brand is at 8, the compatible ones from 16 on. Videos have none of these.
    private static string? OfBrands(ReadOnlySpan<byte> header)
    {
        string? name = null;
        for (var at = 8; at + 4 <= Math.Min(header.Length, BinaryPrimitives.ReadUInt32BigEndian(header)) && name is null; at += at == 8 ? 8 : 4)
        {
            var brand = header.Slice(at, 4);
            name = brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8) ? "AVIF"
                : brand.StartsWith("hei"u8) || brand.SequenceEqual("hevc"u8) || brand.SequenceEqual("hevx"u8) ? "HEIC"
                : brand.SequenceEqual("crx "u8) ? "camera RAW" : null;
        }

        return name;
    }

    private static bool IsBitmap(ReadOnlySpan<byte> header) =>
        header.StartsWith("BM"u8) && header.Length >= 10 && header[6..10].IndexOfAnyExcept((byte)0) < 0;
}
