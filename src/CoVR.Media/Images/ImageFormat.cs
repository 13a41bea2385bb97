using System.Buffers.Binary;

namespace CoVR.Media.Images;

/// <summary>Recognizes picture formats by the first bytes of a file.</summary>
internal static class ImageFormat
{
    /// <summary>How many bytes <see cref="Name"/> needs.</summary>
    internal const int HeaderLength = 16;

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

    /// <summary>Whether the bytes start like a TIFF file, which is not read.</summary>
    internal static bool IsTiff(ReadOnlySpan<byte> header) => header is [(byte)'I', (byte)'I', (byte)'*' or (byte)'+', 0, ..] or [(byte)'M', (byte)'M', 0, (byte)'*' or (byte)'+', ..];

    /// <summary>Whether the bytes start like a picture, which is a matter of the image decoder even if it does not read it.</summary>
    internal static bool IsPicture(ReadOnlySpan<byte> header) => Name(header) is not null || IsTiff(header);

    /// <summary>Whether a WebP file is shorter than its header says; Skia reports such a file as invalid.</summary>
    internal static bool IsShortWebP(ReadOnlySpan<byte> file) =>
        Name(file) == "WebP" && BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) + 8L > file.Length;

    private static bool IsBitmap(ReadOnlySpan<byte> header) =>
        header.StartsWith("BM"u8) && header.Length >= 10 && header[6..10].IndexOfAnyExcept((byte)0) < 0;
}
