using CoVR.Distributed;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.TestSupport;

/// <summary>Ranks that are threads of this process, for tests without MPI.</summary>
public sealed class ThreadRanks : IDisposable
{
    private readonly Barrier _barrier;
    private readonly Tensor[] _slots;
    private readonly CancellationTokenSource _failed = new();

    private ThreadRanks(int size) => (_barrier, _slots) = (new Barrier(size), new Tensor[size]);

    /// <summary>Runs something on every rank and returns what each gave.</summary>
    public static T[] Run<T>(int size, Func<ICollective, T> work)
    {
        using var ranks = new ThreadRanks(size);
        var results = new T[size];
        Exception? error = null;
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = work(new Member(ranks, rank));
            }
            catch (Exception e)
            {
                // The others fail too, since this one no longer comes: the first failure is the cause.
                Interlocked.CompareExchange(ref error, e, null);
                ranks._failed.Cancel();
            }
        }) { IsBackground = true })];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return error is null ? results : throw new AggregateException(error.Message, error);
    }

    public void Dispose()
    {
        _barrier.Dispose();
        _failed.Dispose();
    }

    private void Meet() => _barrier.SignalAndWait(_failed.Token);

    private sealed class Member(ThreadRanks ranks, int rank) : ICollective
    {
        public int Rank => rank;

        public int Size => ranks._slots.Length;

        public Tensor AllGather(Tensor own)
        {
            using var _ = no_grad();
            using var scope = NewDisposeScope();
            using var copy = own.detach().clone().DetachFromDisposeScope();
            ranks._slots[rank] = copy;
            ranks.Meet();
            var all = stack(ranks._slots).MoveToOuterDisposeScope();
            ranks.Meet();
            return all;
        }

        public void AllReduceSum(Tensor values)
        {
            using var _ = no_grad();
            using var scope = NewDisposeScope();
            values.copy_(AllGather(values).sum(0, type: values.dtype));
        }

        public void Broadcast(Tensor values, int root = 0)
        {
            using var _ = no_grad();
            using var scope = NewDisposeScope();
            values.copy_(AllGather(values).select(0, root));
        }

        public void Barrier() => ranks.Meet();
    }
}
