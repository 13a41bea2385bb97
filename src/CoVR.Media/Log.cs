using Microsoft.Extensions.Logging;

namespace CoVR.Media;

/// <summary>The log messages of this package.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Media}: all asked frames were read, but the decoder found faults: {Errors}")]
    internal static partial void DecoderComplained(ILogger logger, string media, string errors);
}
