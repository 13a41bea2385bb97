using System.Runtime.CompilerServices;

namespace CoVR.Training;

/// <summary>Makes things ahead of their use, several at a time, and hands them out in order.</summary>
internal static class OrderedPrefetch
{
    /// <summary>At most <paramref name="ahead"/> things are in the making or waiting, beside the one in use.</summary>
    internal static async IAsyncEnumerable<T> RunAsync<T>(
        int first, int end, int ahead, Func<int, CancellationToken, Task<T>> make, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IDisposable
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Task<T>> coming = new();
        var next = first;
        try
        {
            Refill();
            while (coming.Count > 0)
            {
                var ready = await coming.Peek().ConfigureAwait(false);
                _ = coming.Dequeue();
                Refill();
                yield return ready;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await DiscardAsync(coming).ConfigureAwait(false);
        }

        void Refill()
        {
            while (coming.Count < ahead && next < end)
            {
                var index = next++;
                coming.Enqueue(Task.Run(() => make(index, stop.Token), stop.Token));
            }
        }
    }

    /// <summary>Waits for what is still in the making, so that nothing runs on; its results and failures no longer matter.</summary>
    private static async Task DiscardAsync<T>(Queue<Task<T>> coming)
        where T : IDisposable
    {
        foreach (var task in coming)
        {
            await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (task.IsCompletedSuccessfully)
            {
                task.Result.Dispose();
            }
        }
    }
}
