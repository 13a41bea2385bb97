using System.Buffers;
using System.Reflection;
using SkiaSharp;

namespace CoVR.Media.Images;

/// <summary>
/// Decodes PNG, WebP, GIF (first picture) and BMP with Skia, and JPEG with libjpeg-turbo where it is installed, else with Skia. <see cref="PictureReading.AsPillow"/> gives the pixels of Pillow 9.4's
/// <c>convert("RGB")</c>: alpha and palette transparency are dropped, colour profiles and EXIF rotation ignored, 16-bit grey is clipped at 255, pixels beyond a palette are grey.
/// </summary>
/// <remarks>Safe for use from several threads. Truncated files are errors, never grey areas.</remarks>
internal sealed class SkiaImageDecoder : IImageDecoder
{
    private readonly int _maxPixels;
    private readonly bool _isSeen;
    private readonly TurboJpeg? _jpeg;

    /// <summary>Creates a decoder.</summary>
    /// <param name="options">The pixel limit, and how pictures are read; defaults when null.</param>
    public SkiaImageDecoder(MediaOptions? options = null)
        : this(options, TurboJpeg.Shared)
    {
    }

    /// <summary>Creates a decoder.</summary>
    /// <param name="options">The pixel limit, and how pictures are read; defaults when null.</param>
    /// <param name="jpeg">Decodes JPEG; null for Skia.</param>
    internal SkiaImageDecoder(MediaOptions? options, TurboJpeg? jpeg)
        : this((options ?? new MediaOptions()).MaxPixels, options?.Pictures == PictureReading.AsSeen, jpeg)
    {
    }

    private SkiaImageDecoder(int maxPixels, bool isSeen, TurboJpeg? jpeg)
    {
        (_maxPixels, _isSeen, _jpeg) = (maxPixels, isSeen, jpeg);
        var skia = $"SkiaSharp {typeof(SKCodec).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', '-')[0]}";
        Formats = new[] { "PNG", "JPEG", "WebP", "GIF", "BMP" }.ToDictionary(format => format, format => format == "JPEG" && jpeg is not null ? jpeg.Version : skia);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Formats { get; }

    /// <inheritdoc/>
    public IImageDecoder AsSeen => _isSeen ? this : new SkiaImageDecoder(_maxPixels, isSeen: true, _jpeg);

    /// <inheritdoc/>
    public RgbFrame Decode(ReadOnlySpan<byte> encoded, string name)
    {
        if (encoded.IsEmpty)
        {
            throw new MediaReadException(name, MediaFailure.Empty, "the image is empty.");
        }

        if (!_isSeen && Gray16Png.TryReadHeader(encoded, out var header))
        {
            CheckSize(header.Width, header.Height, name);
            return Gray16Png.Decode(encoded, header, name);
        }

        if (HighColorBitmap.TryReadHeader(encoded, out var bitmap))
        {
            CheckSize(bitmap.Width, bitmap.Height, name);
            return HighColorBitmap.Decode(encoded, bitmap, name);
        }

        if (!_isSeen && GifPicture.Find(encoded) is { } gif)
        {
            CheckSize(gif.Width, gif.Height, name);
            return gif.Place(DecodeWithSkia(gif.Encoded, name));
        }

        return ImageFormat.Name(encoded) == "JPEG" && DecodeJpeg(encoded, name) is { } jpeg ? jpeg
            : DecodeWithSkia(PaletteBitmap.Complete(PalettePng.Complete(encoded)), name);
    }

    /// <summary>Decodes with libjpeg-turbo; null where it is not there, and for files with faults or colours that are Skia's business.</summary>
    private RgbFrame? DecodeJpeg(ReadOnlySpan<byte> encoded, string name)
    {
        if (_jpeg?.ReadSize(encoded) is not var (width, height))
        {
            return null;
        }

        CheckSize(width, height, name);
        if ((_isSeen ? OriginOfSrgb(encoded) : SKEncodedOrigin.TopLeft) is not { } origin || _jpeg.Decode(encoded, width, height) is not { } rgb)
        {
            return null;
        }

        return origin == SKEncodedOrigin.TopLeft ? new RgbFrame(width, height, rgb) : SeenPixels.Turn(rgb, width, height, origin);
    }

    /// <summary>Where the first stored pixel is shown; null if colours have to be converted, or the header is broken.</summary>
    private static unsafe SKEncodedOrigin? OriginOfSrgb(ReadOnlySpan<byte> encoded)
    {
        // Skia calls a profile that is no matrix sRGB too, but converts by it.
        var profile = encoded.IndexOf("ICC_PROFILE\0"u8) is >= 0 and var at ? encoded[at..] : default;
        if (!profile.IsEmpty && (profile.Length < 34 || !profile[30..].StartsWith("RGB "u8) || profile[..Math.Min(profile.Length, ushort.MaxValue)].IndexOf("A2B"u8) >= 0))
        {
            return null;
        }

        fixed (byte* bytes = encoded)
        {
            using var data = SKData.Create((nint)bytes, encoded.Length);
            using var codec = SKCodec.Create(data);
            return codec?.Info.ColorSpace is null or { IsSrgb: true } ? codec?.EncodedOrigin : null;
        }
    }

    private unsafe RgbFrame DecodeWithSkia(ReadOnlySpan<byte> encoded, string name)
    {
        fixed (byte* bytes = encoded)
        {
            using var data = SKData.Create((nint)bytes, encoded.Length);
            using var stream = new SKMemoryStream(data);
            using var codec = SKCodec.Create(stream, out var outcome);
            if (codec is null)
            {
                throw HeaderFault(encoded, name, outcome);
            }

            CheckSize(codec.Info.Width, codec.Info.Height, name);
            return ReadPixels(codec, encoded, name);
        }
    }

    private unsafe RgbFrame ReadPixels(SKCodec codec, ReadOnlySpan<byte> encoded, string name)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        var alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        using var space = _isSeen ? SKColorSpace.CreateSrgb() : null;
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, alpha, space);
        var rgba = ArrayPool<byte>.Shared.Rent(checked(width * height * 4));
        try
        {
            fixed (byte* pixels = rgba)
            {
                ThrowUnlessWhole(codec.GetPixels(info, (nint)pixels), encoded, name);
            }

            if (_isSeen)
            {
                return SeenPixels.Render(rgba.AsSpan(0, width * height * 4), width, height, codec.EncodedOrigin);
            }

            var rgb = GC.AllocateUninitializedArray<byte>(width * height * 3);
            PixelPacking.DropFourth(rgba.AsSpan(0, width * height * 4), rgb);
            return new RgbFrame(width, height, rgb);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private void CheckSize(long width, long height, string name)
    {
        if (width * height > _maxPixels)
        {
            throw new MediaReadException(name, MediaFailure.TooLarge, $"the image declares {width}x{height} pixels, more than the {_maxPixels} allowed.");
        }
    }

    private static void ThrowUnlessWhole(SKCodecResult result, ReadOnlySpan<byte> encoded, string name)
    {
        switch (result)
        {
            case SKCodecResult.Success:
                return;
            case SKCodecResult.IncompleteInput:
            case not SKCodecResult.InternalError when ImageFormat.IsShortWebP(encoded):
                throw new MediaReadException(name, MediaFailure.Truncated, "the image ends before its last pixel.");
            case SKCodecResult.InternalError:
                throw new MediaReadException(name, MediaFailure.Corrupt, "the image cannot be decoded (out of memory or an error of the decoder).");
            default:
                throw new MediaReadException(name, MediaFailure.Corrupt, $"the image is damaged ({result}).");
        }
    }

    private static MediaReadException HeaderFault(ReadOnlySpan<byte> encoded, string name, SKCodecResult outcome)
    {
        if (ImageFormat.Name(encoded) is not { } format)
        {
            return new MediaReadException(name, MediaFailure.UnknownFormat, ImageFormat.OtherName(encoded) is { } other
                ? $"{other} pictures are read with the package CoVR.Media.Magick (UseMagickImages)."
                : "this is not an image in a supported format; use PNG, JPEG, WebP, GIF or BMP.");
        }

        return outcome == SKCodecResult.IncompleteInput || ImageFormat.IsShortWebP(encoded)
            ? new MediaReadException(name, MediaFailure.Truncated, $"the {format} image ends within its header.")
            : new MediaReadException(name, MediaFailure.Corrupt, $"the header of the {format} image is broken ({outcome}).");
    }
}
