using System.Runtime.CompilerServices;

namespace CoVR.Training.Batches;

/// <summary>Produces items ahead of use, several at a time, and returns them in order.</summary>
internal static class OrderedPrefetch
{
    /// <summary>At most <paramref name="ahead"/> items are being produced or waiting, in addition to the one in use.</summary>
    internal static async IAsyncEnumerable<T> RunAsync<T>(
        int first, int end, int ahead, Func<int, CancellationToken, Task<T>> make, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IDisposable
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Task<T>> pending = new();
        var next = first;
        try
        {
            Refill();
            while (pending.Count > 0)
            {
                var ready = await pending.Peek().ConfigureAwait(false);
                _ = pending.Dequeue();
                Refill();
                yield return ready;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await DiscardAsync(pending).ConfigureAwait(false);
        }

        void Refill()
        {
            while (pending.Count < ahead && next < end)
            {
                var index = next++;
                pending.Enqueue(Task.Run(() => make(index, stop.Token), stop.Token));
            }
        }
    }

    /// <summary>Waits until nothing runs any more; results are disposed and failures ignored.</summary>
    private static async Task DiscardAsync<T>(Queue<Task<T>> pending)
        where T : IDisposable
    {
        foreach (var task in pending)
        {
            await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (task.IsCompletedSuccessfully)
            {
                task.Result.Dispose();
            }
        }
    }
}
