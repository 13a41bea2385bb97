using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CoVR.Embedding.Folders;

/// <summary>Keeps a gallery in sync with a folder while a host runs.</summary>
internal sealed class WatchedFolderService(
    string folder, Func<CancellationToken, Task<FolderScan>> scanFolder, IMediaWatcher watcher, FolderSynchronizer synchronizer, TimeProvider time, ILogger<WatchedFolderService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in watcher.WatchAsync(folder, stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await SynchronizeAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                logger.FolderNotSynchronized(folder, fault.Message, fault); // the next scan tries again
            }
        }
    }

    private async Task SynchronizeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var scan = await scanFolder(cancellationToken).ConfigureAwait(false);
            if (await synchronizer.LostAllAsync(scan, cancellationToken).ConfigureAwait(false))
            {
                logger.FolderEmpty(folder);
                return;
            }

            var report = await synchronizer.SynchronizeAsync(scan, null, cancellationToken).ConfigureAwait(false);
            logger.FolderSynchronized(folder, report.ToString());
            if (report.Unsettled == 0)
            {
                return;
            }

            await Task.Delay(synchronizer.Quiet, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
