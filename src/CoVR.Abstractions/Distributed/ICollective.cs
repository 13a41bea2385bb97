using static TorchSharp.torch;

namespace CoVR.Distributed;

/// <summary>What processes that work on one job ("ranks") say to each other; the place to plug in another engine (NCCL, Gloo).</summary>
/// <remarks>
/// <para>Every rank makes the same calls in the same order with tensors of the same shape and type; a call returns when its result
/// is there. Nothing is recorded for gradients.</para>
/// <para>Calls come from one thread at a time, not always the same one. A rank that fails makes no further call: it ends, and what
/// started the ranks ends the others.</para>
/// </remarks>
public interface ICollective
{
    /// <summary>This process, counted from 0; rank 0 logs and saves.</summary>
    int Rank { get; }

    /// <summary>R, how many processes there are, at least 1.</summary>
    int Size { get; }

    /// <summary>Collects a tensor of every rank.</summary>
    /// <param name="own">[...], of the same shape on every rank; not changed.</param>
    /// <returns>[R, ...] in the order of ranks, on the device of <paramref name="own"/>; the caller's dispose scope owns it.</returns>
    Tensor AllGather(Tensor own);

    /// <summary>Replaces a tensor by its sum over the ranks.</summary>
    /// <param name="values">Any shape, contiguous, float32, float64 or int64; overwritten with the same numbers on every rank.</param>
    void AllReduceSum(Tensor values);

    /// <summary>Replaces a tensor by that of one rank.</summary>
    /// <param name="values">Any shape, contiguous; overwritten except on <paramref name="root"/>.</param>
    /// <param name="root">The rank whose numbers are taken.</param>
    void Broadcast(Tensor values, int root = 0);

    /// <summary>Returns when every rank has come here.</summary>
    void Barrier();
}
