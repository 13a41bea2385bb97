using ImageMagick;
using Microsoft.Extensions.Logging;

namespace CoVR.Media.Magick;

/// <summary>Decodes with ImageMagick what the built-in decoder does not read, and camera RAW files by the JPEG preview that the camera put into them.</summary>
/// <remarks>
/// As seen: upright, in sRGB, on white. Else alpha and colour profile are dropped, and a rotation in EXIF is ignored; those of the containers HEIC and AVIF are
/// part of the picture, and the one of TIFF is applied, as Pillow does.
/// </remarks>
internal sealed partial class MagickImageDecoder : IImageDecoder
{
    private const string Raw = "camera RAW";

    private static readonly Dictionary<string, MagickFormat> Native = new()
    {
        ["HEIC"] = MagickFormat.Heic,
        ["AVIF"] = MagickFormat.Avif,
        ["TIFF"] = MagickFormat.Tiff,
        ["JPEG 2000"] = MagickFormat.Jp2,
        ["JPEG XL"] = MagickFormat.Jxl,
    };

    private readonly IImageDecoder _builtIn;
    private readonly int _maxPixels;
    private readonly ILogger? _logger;
    private readonly bool _restrictsProcess;
    private readonly bool _isSeen;

    /// <summary>Creates a decoder.</summary>
    public MagickImageDecoder(MediaOptions options, ILogger? logger = null, bool restrictsProcess = true)
    {
        (_builtIn, _maxPixels, _isSeen) = (MediaFrameReader.CreateImageDecoder(options), options.MaxPixels, options.Pictures == PictureReading.AsSeen);
        (_logger, _restrictsProcess) = (logger, restrictsProcess);
    }

    private MagickImageDecoder(MagickImageDecoder other)
    {
        (_builtIn, _maxPixels, _isSeen) = (other._builtIn.AsSeen, other._maxPixels, true);
        (_logger, _restrictsProcess) = (other._logger, other._restrictsProcess);
    }

    /// <inheritdoc/>
    public IImageDecoder AsSeen => _isSeen ? this : new MagickImageDecoder(this);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Formats => Native.Keys.ToDictionary(format => format, _ => $"Magick.NET {typeof(MagickImage).Assembly.GetName().Version!.ToString(3)}")
        .Concat(_builtIn.Formats).Append(new(Raw, $"{_builtIn.Formats["JPEG"]} (the preview)")).ToDictionary();

    /// <inheritdoc/>
    public RgbFrame Decode(ReadOnlySpan<byte> encoded, string name)
    {
        var format = MediaFrameReader.PictureFormatOf(encoded);
        if (format == Raw || (format == "TIFF" && RawPreview.IsRaw(encoded)))
        {
            return _builtIn.Decode(RawPreview.Find(encoded) ?? throw new MediaReadException(name, MediaFailure.UnknownFormat, "the camera RAW file has no preview; convert it to JPEG or TIFF."), name);
        }

        return format is not null && Native.TryGetValue(format, out var native) ? DecodeNative(encoded, name, native) : _builtIn.Decode(encoded, name);
    }

    private RgbFrame DecodeNative(ReadOnlySpan<byte> encoded, string name, MagickFormat format)
    {
        if (format == MagickFormat.Tiff && TiffDirectory.CountPages(encoded) is > 1 and var pages && _logger is not null)
        {
            OnePageOf(_logger, name, pages);
        }

        if (HeifGrid.FaultOf(encoded) is { } fault)
        {
            throw new MediaReadException(name, MediaFailure.Truncated, fault);
        }

        try
        {
            if (_restrictsProcess)
            {
                MagickPolicy.Apply();
            }

            // Two JPEG 2000 formats differ in whether there is a container.
            var settings = new MagickReadSettings { Format = format == MagickFormat.Jp2 && encoded[0] == 0xFF ? MagickFormat.J2k : format, FrameIndex = 0, FrameCount = 1 };
            using var picture = new MagickImage();
            picture.Ping(encoded, settings);
            CheckSize(picture, name);
            string? broken = null;
            picture.Warning += (_, warning) => broken = warning.Message.Contains("does not end with EOC", StringComparison.Ordinal) ? warning.Message : broken;
            picture.Read(encoded, settings);
            return broken is null ? Render(picture, format) : throw new MediaReadException(name, MediaFailure.Corrupt, $"the image is damaged. ImageMagick says: {WordsOf(broken)}");
        }
        catch (MagickException error)
        {
            throw FaultOf(error, name);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MediaReadException(name, MediaFailure.DecoderMissing, $"the security policy of ImageMagick cannot be written to the temporary folder: {error.Message}", error);
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            throw new MediaReadException(name, MediaFailure.DecoderMissing, $"the native library of Magick.NET cannot be loaded: {error.Message}", error);
        }
    }

    private RgbFrame Render(MagickImage picture, MagickFormat format)
    {
        if (_isSeen || format == MagickFormat.Tiff)
        {
            picture.AutoOrient();
        }

        if (_isSeen && picture.GetColorProfile() is not null)
        {
            picture.TransformColorSpace(ColorProfiles.SRGB);
        }

        if (picture.ColorSpace is not (ColorSpace.sRGB or ColorSpace.Gray))
        {
            picture.ColorSpace = ColorSpace.sRGB;
        }

        picture.BackgroundColor = MagickColors.White;
        picture.Alpha(_isSeen ? AlphaAction.Remove : AlphaAction.Off);
        using var pixels = picture.GetPixelsUnsafe();
        return new RgbFrame((int)picture.Width, (int)picture.Height, pixels.ToByteArray(PixelMapping.RGB));
    }

    private void CheckSize(MagickImage picture, string name)
    {
        if ((ulong)picture.Width * picture.Height > (ulong)_maxPixels)
        {
            throw new MediaReadException(name, MediaFailure.TooLarge, $"the image says it has {picture.Width}x{picture.Height} pixels, more than the {_maxPixels} allowed.");
        }
    }

    private static MediaReadException FaultOf(MagickException error, string name)
    {
        string[] cut = ["end of file", "too short", "insufficient", "Cannot read full", "inconsistent with stream length", "not enough", "short read", "Read error", "directory count"];
        var words = WordsOf(error.Message);
        var (failure, reason) = error switch
        {
            MagickResourceLimitErrorException or MagickCacheErrorException => (MediaFailure.TooLarge, "the image needs more memory than there is."),
            MagickPolicyErrorException or MagickMissingDelegateErrorException => (MediaFailure.DecoderFailed, "ImageMagick may not read this format in this process."),
            _ when cut.Any(part => words.Contains(part, StringComparison.OrdinalIgnoreCase)) => (MediaFailure.Truncated, "the image ends before its last pixel."),
            _ => (MediaFailure.Corrupt, "the image is damaged."),
        };
        return new MediaReadException(name, failure, $"{reason} ImageMagick says: {words}", error);
    }

    // What follows the message is the name of a temporary file and the place in ImageMagick's sources.
    private static string WordsOf(string message) => message.Split('`', '\n')[0].Trim().TrimEnd('.') + ".";

    [LoggerMessage(1, LogLevel.Warning, "{Media}: the first of its {Pages} pages is read")]
    private static partial void OnePageOf(ILogger logger, string media, int pages);
}
