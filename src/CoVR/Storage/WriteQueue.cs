using System.Collections.Concurrent;

namespace CoVR.Storage;

/// <summary>Saves writes one after the other; those that arrive while another is saved are saved together, by the thread that saves.</summary>
/// <param name="save">Saves some writes, all of them or none.</param>
internal sealed class WriteQueue(Action<IReadOnlyList<WriteRequest>> save)
{
    private readonly ConcurrentQueue<WriteRequest> _waiting = new();
    private readonly Lock _saving = new();

    /// <summary>Adds a write, and saves it on this thread unless another one is saving.</summary>
    /// <returns>How many of its items were there before, once the disk has it.</returns>
    public Task<int> AddAsync(WriteRequest request)
    {
        _waiting.Enqueue(request);

        // Whoever adds while another thread saves leaves it to that one, which looks again after letting go.
        while (!_waiting.IsEmpty && _saving.TryEnter())
        {
            try
            {
                Save(Next());
            }
            finally
            {
                _saving.Exit();
            }
        }

        return request.Saved.Task;
    }

    /// <summary>Waits for the thread that saves, and saves the rest.</summary>
    public void Finish()
    {
        lock (_saving)
        {
            while (!_waiting.IsEmpty)
            {
                Save(Next());
            }
        }
    }

    /// <summary>Writes that can be saved together.</summary>
    private List<WriteRequest> Next()
    {
        var together = new List<WriteRequest>();
        while (_waiting.TryPeek(out var next) && (together.Count == 0 || !(next.DependsOnState || together[0].DependsOnState)))
        {
            _waiting.TryDequeue(out _);
            together.Add(next);
        }

        return together;
    }

    private void Save(List<WriteRequest> requests)
    {
        if (requests.Count == 0)
        {
            return;
        }

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
