using Microsoft.Extensions.Logging;

namespace CoVR.Checkpoints;

/// <summary>What finding and downloading weights logs.</summary>
internal static partial class Log
{
    [LoggerMessage(121, LogLevel.Debug, "The checkpoint '{Name}' is {Path}.")]
    public static partial void CheckpointFound(this ILogger logger, string name, string path);

    [LoggerMessage(122, LogLevel.Information, "{File}: {Percent} % ({Bytes} of {Total} bytes).")]
    public static partial void DownloadProgressed(this ILogger logger, string file, long percent, long bytes, long total);
}
