using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.Download;

/// <summary>What downloads of data sets log.</summary>
internal static partial class Log
{
    [LoggerMessage(21, LogLevel.Warning, "{File} could not be had: {Reason}")]
    public static partial void AnnotationFailed(this ILogger logger, string file, string reason);

    [LoggerMessage(22, LogLevel.Debug, "{Video} is missing ({Status}): {Reason}")]
    public static partial void VideoMissing(this ILogger logger, string video, VideoStatus status, string reason);
}
