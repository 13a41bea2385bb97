using Microsoft.Extensions.Logging;

namespace CoVR.Downloads;

/// <summary>What a <see cref="Transfer"/> works with.</summary>
internal sealed record TransferSettings(
    DownloaderOptions Options, RedirectFollower Redirects, ProgressMeter Meter, TimeProvider Time, ILogger Logger, Func<string, long> FreeSpace);
