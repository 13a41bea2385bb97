using Microsoft.Extensions.Logging;

namespace CoVR.Downloads;

/// <summary>Log messages of downloads.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Information, "Downloading {Address} to {Path}.")]
    public static partial void Downloading(this ILogger logger, string address, string path);

    [LoggerMessage(102, LogLevel.Information, "{Path}: resuming after {Bytes} bytes.")]
    public static partial void Resuming(this ILogger logger, string path, long bytes);

    [LoggerMessage(103, LogLevel.Warning, "{Address}: {Reason} Retrying in {Delay}.")]
    public static partial void Retrying(this ILogger logger, string address, string reason, TimeSpan delay);

    [LoggerMessage(104, LogLevel.Information, "{Path}: downloaded {Bytes} bytes in {Elapsed}.")]
    public static partial void Downloaded(this ILogger logger, string path, long bytes, TimeSpan elapsed);

    [LoggerMessage(105, LogLevel.Information, "{Path}: waiting for another download of the same file.")]
    public static partial void Waiting(this ILogger logger, string path);

    [LoggerMessage(106, LogLevel.Warning, "{Path}: starting from the beginning ({Reason}).")]
    public static partial void StartingOver(this ILogger logger, string path, string reason);
}
