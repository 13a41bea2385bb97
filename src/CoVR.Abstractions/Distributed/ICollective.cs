using static TorchSharp.torch;

namespace CoVR.Distributed;

/// <summary>Collective communication between the processes ("ranks") of one job; implement it for another backend such as NCCL or Gloo.</summary>
/// <remarks>
/// <para>Every rank makes the same calls in the same order, with tensors of the same shape and type; calls block until the result is
/// available. No gradients are recorded.</para>
/// <para>Calls come from one thread at a time, not always the same one. A rank that fails makes no further calls: it exits, and the
/// launcher ends the others.</para>
/// </remarks>
public interface ICollective
{
    /// <summary>The number of this process, counted from 0; rank 0 logs and saves.</summary>
    int Rank { get; }

    /// <summary>R, the number of processes, at least 1.</summary>
    int Size { get; }

    /// <summary>Gathers a tensor from every rank.</summary>
    /// <param name="own">[...], of the same shape on every rank; not changed.</param>
    /// <returns>[R, ...] in the order of ranks, on the device of <paramref name="own"/>; the caller's dispose scope owns it.</returns>
    Tensor AllGather(Tensor own);

    /// <summary>Replaces a tensor by its sum over the ranks.</summary>
    /// <param name="values">Any shape, contiguous, float32, float64 or int64; overwritten with the same values on every rank.</param>
    void AllReduceSum(Tensor values);

    /// <summary>Replaces a tensor by that of one rank.</summary>
    /// <param name="values">Any shape, contiguous; overwritten except on <paramref name="root"/>.</param>
    /// <param name="root">The rank whose values are taken.</param>
    void Broadcast(Tensor values, int root = 0);

    /// <summary>Returns when every rank has called it.</summary>
    void Barrier();
}
