using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CoVR.Embedding.Folders;

/// <summary>Why a folder should be scanned.</summary>
internal enum FolderChange
{
    /// <summary>The system reported changes, which have settled.</summary>
    Reported,

    /// <summary>Changes may have been missed: at the start, after lost events, and periodically.</summary>
    Possible,
}

/// <summary>Reports when the media of a folder may have changed. Safe for several folders at a time.</summary>
internal interface IMediaWatcher
{
    /// <summary>Watches a folder, which may be missing at times, and all folders below it.</summary>
    /// <returns>A value at once, and one after each burst of changes; changes during the following scan produce another one. The stream never ends by itself.</returns>
    IAsyncEnumerable<FolderChange> WatchAsync(string folder, CancellationToken cancellationToken = default);
}

/// <summary>Watches a folder by file system events, and requests periodic scans in case events are lost or never arrive, as on network shares and behind links.</summary>
/// <param name="quiet">How long a burst of changes must be over.</param>
/// <param name="rescanEvery">How often to scan without any.</param>
/// <param name="time">The clock.</param>
internal sealed class FileSystemMediaWatcher(TimeSpan quiet, TimeSpan rescanEvery, TimeProvider time) : IMediaWatcher
{
    /// <summary>A burst of changes that does not end is cut off after this many quiet periods.</summary>
    private const int LongestBurst = 10;

    public async IAsyncEnumerable<FolderChange> WatchAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var changes = Channel.CreateBounded<FolderChange>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = TryOpen(folder, changes.Writer);
            yield return FolderChange.Possible;
            while (true)
            {
                var change = await NextAsync(changes.Reader, cancellationToken).ConfigureAwait(false);
                if (change == FolderChange.Possible)
                {
                    // After lost events, or when the folder disappeared, the old watcher may no longer receive any.
                    watcher?.Dispose();
                    watcher = TryOpen(folder, changes.Writer);
                }

                yield return change;
            }
        }
        finally
        {
            watcher?.Dispose();
        }
    }

    private async Task<FolderChange> NextAsync(ChannelReader<FolderChange> changes, CancellationToken cancellationToken)
    {
        if (await WithinAsync(changes, rescanEvery, cancellationToken).ConfigureAwait(false) is not { } change)
        {
            return FolderChange.Possible;
        }

        for (var i = 0; i < LongestBurst && await WithinAsync(changes, quiet, cancellationToken).ConfigureAwait(false) is { } next; i++)
        {
            change = next > change ? next : change;
            await Task.Delay(quiet, time, cancellationToken).ConfigureAwait(false);
        }

        return change;
    }

    /// <summary>The next change; null if none arrives in time.</summary>
    private async Task<FolderChange?> WithinAsync(ChannelReader<FolderChange> changes, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await changes.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static FileSystemWatcher? TryOpen(string folder, ChannelWriter<FolderChange> changes)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = true };
            watcher.Created += Report;
            watcher.Changed += Report;
            watcher.Deleted += Report;
            watcher.Renamed += Report;
            watcher.Error += (_, _) => changes.TryWrite(FolderChange.Possible);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // The folder is gone, or the system cannot watch more folders; periodic scans remain.
            watcher?.Dispose();
            return null;
        }

        void Report(object sender, FileSystemEventArgs change) => changes.TryWrite(FolderChange.Reported);
    }
}
