using Microsoft.Extensions.Logging;

namespace CoVR.Media.Video;

/// <summary>The log messages of this package.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Media}: all requested frames were read, but the decoder reported errors: {Errors}")]
    internal static partial void DecoderComplained(ILogger logger, string media, string errors);

    [LoggerMessage(2, LogLevel.Debug, "{Media}: announces {Announced} frames, but {Decoded} were decoded")]
    internal static partial void OtherCount(ILogger logger, string media, int announced, int decoded);

    [LoggerMessage(3, LogLevel.Information, "{Media}: its packets give wrong frame positions, so it is decoded from the start")]
    internal static partial void OtherTimes(ILogger logger, string media);

    [LoggerMessage(4, LogLevel.Information, "libturbojpeg is not installed: JPEG files are decoded by SkiaSharp, which takes twice as long")]
    internal static partial void NoTurboJpeg(ILogger logger);
}
