using CoVR.Downloads;
using Microsoft.Extensions.Logging;

namespace CoVR.Checkpoints;

/// <summary>Passes a download's progress on, and logs it at every tenth.</summary>
internal sealed class LoggedProgress(ILogger logger, IProgress<DownloadProgress>? next) : IProgress<DownloadProgress>
{
    private const int Parts = 10;
    private long _logged;

    /// <inheritdoc/>
    public void Report(DownloadProgress value)
    {
        next?.Report(value);
        if (value.TotalBytes is > 0 and { } total && value.Bytes * Parts / total is var part && part > _logged)
        {
            _logged = part;
            logger.DownloadProgressed(Path.GetFileName(value.Path), part * (100 / Parts), value.Bytes, total);
        }
    }
}
