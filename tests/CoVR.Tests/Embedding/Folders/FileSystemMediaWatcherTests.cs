using CoVR.Embedding.Folders;
using CoVR.TestSupport;

namespace CoVR.Tests.Embedding.Folders;

/// <summary>When a watched folder asks for a scan.</summary>
public sealed class FileSystemMediaWatcherTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WatchAsync_CreatedChangedRenamedDeleted_ReportsEach()
    {
        await using var changes = Watch(TimeSpan.FromHours(1)).GetAsyncEnumerator(Cancel);
        Assert.Equal(FolderChange.Possible, await NextAsync(changes));
        foreach (var change in new Action[]
        {
            () => File.WriteAllText(_folder["a.png"], "x"),
            () => File.AppendAllText(_folder["a.png"], "y"),
            () => File.Move(_folder["a.png"], _folder["b.png"]),
            () => File.Delete(_folder["b.png"]),
        })
        {
            var next = NextAsync(changes);
            change();
            Assert.Equal(FolderChange.Reported, await next);
        }
    }

    [Fact]
    public async Task WatchAsync_NothingReported_AsksForAScanFromTimeToTime()
    {
        await using var changes = Watch(TimeSpan.FromMilliseconds(50)).GetAsyncEnumerator(Cancel);

        Assert.Equal([FolderChange.Possible, FolderChange.Possible, FolderChange.Possible], [await NextAsync(changes), await NextAsync(changes), await NextAsync(changes)]);
    }

    [Fact]
    public async Task WatchAsync_FolderAway_GoesOnByScans()
    {
        var watcher = new FileSystemMediaWatcher(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(50), TimeProvider.System);
        await using var changes = watcher.WatchAsync(_folder["later"], Cancel).GetAsyncEnumerator(Cancel);

        Assert.Equal(FolderChange.Possible, await NextAsync(changes));
        Assert.Equal(FolderChange.Possible, await NextAsync(changes));
    }

    [Fact]
    public async Task WatchAsync_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        await using var changes = Watch(TimeSpan.FromHours(1), stop.Token).GetAsyncEnumerator(Cancel);
        await NextAsync(changes);
        var next = changes.MoveNextAsync().AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Patience, Cancel));
    }

    private IAsyncEnumerable<FolderChange> Watch(TimeSpan rescanEvery, CancellationToken? cancellationToken = null) =>
        new FileSystemMediaWatcher(TimeSpan.FromMilliseconds(20), rescanEvery, TimeProvider.System)
            .WatchAsync(_folder.FullName, cancellationToken ?? Cancel);

    private static async Task<FolderChange> NextAsync(IAsyncEnumerator<FolderChange> changes)
    {
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(Patience, Cancel));
        return changes.Current;
    }
}
