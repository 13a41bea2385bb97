using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CoVR.Embedding.Folders;

/// <summary>Keeps a gallery in sync with a folder while a host runs.</summary>
internal sealed class WatchedFolderService(
    string folder, Func<CancellationToken, Task<FolderScan>> scanFolder, IMediaWatcher watcher, FolderSynchronizer synchronizer, TimeProvider time, ILogger<WatchedFolderService> logger) : BackgroundService
{
    /// <summary>Receives the progress of every synchronization; its last report has no activity and a total.</summary>
    public IProgress<JobProgress>? Progress { get; init; }

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
                ReportEnd(0, 0);
            }
        }
    }

    private async Task SynchronizeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Progress?.Report(new JobProgress(0, null, 0, TimeSpan.Zero) { Activity = "scanning" });
            var scan = await scanFolder(cancellationToken).ConfigureAwait(false);
            if (await synchronizer.LostAllAsync(scan, cancellationToken).ConfigureAwait(false))
            {
                logger.FolderEmpty(folder);
                ReportEnd(0, 0);
                return;
            }

            var report = await synchronizer.SynchronizeAsync(scan, Progress, cancellationToken).ConfigureAwait(false);
            logger.FolderSynchronized(folder, report.ToString());
            if (report.Unsettled == 0)
            {
                ReportEnd(scan.Items.Count, report.Failures.Count);
                return;
            }

            await Task.Delay(synchronizer.Quiet, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void ReportEnd(int items, int failed) => Progress?.Report(new JobProgress(items, items, failed, TimeSpan.Zero));
}
