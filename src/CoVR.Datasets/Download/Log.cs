using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.Download;

/// <summary>What downloads of data sets log.</summary>
internal static partial class Log
{
    [LoggerMessage(21, LogLevel.Warning, "{File} could not be had: {Reason}")]
    public static partial void AnnotationFailed(this ILogger logger, string file, string reason);
}
