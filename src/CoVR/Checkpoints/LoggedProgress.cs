using Microsoft.Extensions.Logging;

namespace CoVR.Checkpoints;

/// <summary>Forwards download progress and logs it at every tenth.</summary>
internal sealed class LoggedProgress(ILogger logger, IProgress<JobProgress>? next) : IProgress<JobProgress>
{
    private const int Parts = 10;
    private long _logged;

    /// <inheritdoc/>
    public void Report(JobProgress value)
    {
        next?.Report(value);
        if (value.Total is > 0 and { } total && value.Done * Parts / total is var part && part > _logged)
        {
            _logged = part;
            logger.DownloadProgressed(value.Activity ?? "", part * (100 / Parts), value.Done, total);
        }
    }
}

/// <summary>Log messages of finding and downloading weights.</summary>
internal static partial class Log
{
    [LoggerMessage(121, LogLevel.Debug, "The checkpoint '{Name}' is {Path}.")]
    public static partial void CheckpointFound(this ILogger logger, string name, string path);

    [LoggerMessage(122, LogLevel.Information, "{File}: {Percent} % ({Bytes} of {Total} bytes).")]
    public static partial void DownloadProgressed(this ILogger logger, string file, long percent, long bytes, long total);
}
