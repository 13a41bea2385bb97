using System.Threading.Channels;

namespace CoVR;

/// <summary>Saves writes one after the other; those that arrive while another is saved are saved together.</summary>
/// <param name="save">Saves some writes, all of them or none, and sets their results.</param>
internal sealed class WriteQueue(Action<IReadOnlyList<WriteRequest>> save) : IAsyncDisposable
{
    private readonly Channel<WriteRequest> _waiting = Channel.CreateUnbounded<WriteRequest>(new UnboundedChannelOptions { SingleReader = true });
    private Task? _saver;

    /// <summary>Adds a write.</summary>
    /// <returns>How many of its items were there before, once the disk has it.</returns>
    /// <exception cref="ObjectDisposedException">The queue was closed.</exception>
    public Task<int> AddAsync(WriteRequest request)
    {
        LazyInitializer.EnsureInitialized(ref _saver, () => Task.Run(SaveAllAsync));
        return _waiting.Writer.TryWrite(request) ? request.Saved.Task : throw new ObjectDisposedException(nameof(FolderGallery));
    }

    /// <summary>Saves what waits; nothing more is taken.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await (Volatile.Read(ref _saver) ?? Task.CompletedTask).ConfigureAwait(false);
    }

    private async Task SaveAllAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            var together = new List<WriteRequest>();
            while (_waiting.Reader.TryPeek(out var next) && (together.Count == 0 || !(next.DependsOnState || together[0].DependsOnState)))
            {
                _waiting.Reader.TryRead(out _);
                together.Add(next);
            }

            Save(together);
        }
    }

    private void Save(List<WriteRequest> requests)
    {
        try
        {
            save(requests);
            requests.ForEach(request => request.Saved.SetResult(request.Present));
        }
        catch (Exception error)
        {
            requests.ForEach(request => request.Saved.SetException(error));
        }
    }
}

/// <summary>A write that waits.</summary>
/// <param name="changes">What to write, given the state before it.</param>
/// <param name="dependsOnState">Whether the state must hold every earlier write, that of other processes too.</param>
internal sealed class WriteRequest(Func<FolderIndex, IReadOnlyList<Change>> changes, bool dependsOnState = false)
{
    public bool DependsOnState => dependsOnState;

    public TaskCompletionSource<int> Saved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many of its items were there before.</summary>
    public int Present { get; private set; }

    /// <summary>What to write.</summary>
    public IReadOnlyList<Change> ChangesOf(FolderIndex index)
    {
        var wanted = changes(index);
        Present = wanted.Count(change => index.Find(change.Id) is not null);
        return wanted;
    }
}
