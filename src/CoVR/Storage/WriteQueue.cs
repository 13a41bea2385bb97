using System.Collections.Concurrent;

namespace CoVR.Storage;

/// <summary>Saves writes one after another; those that arrive during a save are saved together by the saving thread.</summary>
/// <param name="save">Saves writes atomically.</param>
internal sealed class WriteQueue(Action<IReadOnlyList<WriteRequest>> save)
{
    private readonly ConcurrentQueue<WriteRequest> _waiting = new();
    private readonly Lock _saving = new();

    /// <summary>Adds a write, and saves it on this thread unless another thread is saving.</summary>
    /// <returns>How many of its items existed before, once it is on disk.</returns>
    public Task<int> AddAsync(WriteRequest request)
    {
        _waiting.Enqueue(request);

        // If another thread is saving, it saves this write too: it checks the queue again after releasing the lock.
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

    /// <summary>Waits for the saving thread, then saves the rest.</summary>
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
