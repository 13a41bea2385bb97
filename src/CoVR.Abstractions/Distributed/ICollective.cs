using TorchSharp;
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
    /// <summary>The zero-based number of this process; rank 0 logs and saves.</summary>
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

    /// <summary>Replaces a tensor by one rank's.</summary>
    /// <param name="values">Any shape, contiguous; overwritten except on <paramref name="root"/>.</param>
    /// <param name="root">The rank whose values are broadcast.</param>
    void Broadcast(Tensor values, int root = 0);

    /// <summary>Returns when every rank has called it.</summary>
    void Barrier();

    /// <summary>Gathers rows; each rank may have a different number of them.</summary>
    /// <param name="own">[B, ...]; B may differ between ranks and may be 0; the other dimensions must agree.</param>
    /// <returns>Each rank's rows, in the order of ranks; the caller's dispose scope owns them.</returns>
    IReadOnlyList<Tensor> GatherRows(Tensor own)
    {
        ArgumentNullException.ThrowIfNull(own);
        using var scope = NewDisposeScope();
        using var count = tensor([own.shape[0]], ScalarType.Int64);
        var counts = AllGather(count).data<long>().ToArray();
        var padded = own.detach();
        if (counts.Max() is var longest && longest > own.shape[0])
        {
            padded = cat([padded, zeros([longest - own.shape[0], .. own.shape[1..]], own.dtype, own.device)], 0);
        }

        var all = AllGather(padded);
        return [.. counts.Select((rows, rank) => all.select(0, rank).narrow(0, 0, rows).MoveToOuterDisposeScope())];
    }

    /// <summary>Gathers bytes; each rank may have a different number of them.</summary>
    /// <param name="own">This rank's.</param>
    /// <returns>Each rank's bytes, in the order of ranks.</returns>
    IReadOnlyList<byte[]> GatherBytes(ReadOnlySpan<byte> own)
    {
        using var scope = NewDisposeScope();
        return [.. GatherRows(ToTensor(own)).Select(rows => rows.contiguous().bytes.ToArray())];
    }

    /// <summary>Broadcasts the bytes of one rank.</summary>
    /// <param name="own">The bytes of <paramref name="root"/>; ignored on other ranks.</param>
    /// <param name="root">The rank whose bytes are broadcast.</param>
    /// <returns>The bytes.</returns>
    byte[] BroadcastBytes(ReadOnlySpan<byte> own, int root = 0)
    {
        using var scope = NewDisposeScope();
        var isRoot = Rank == root;
        var length = tensor([isRoot ? own.Length : 0L], ScalarType.Int64);
        Broadcast(length, root);
        var count = length.data<long>()[0];
        if (count == 0)
        {
            return [];
        }

        var bytes = isRoot ? ToTensor(own) : zeros([count], ScalarType.Byte);
        Broadcast(bytes, root);
        return bytes.bytes.ToArray();
    }

    /// <summary>Whether a condition holds on any rank, for example that the run should stop.</summary>
    /// <param name="here">Whether it holds on this rank.</param>
    /// <returns>The same answer on every rank.</returns>
    bool Any(bool here)
    {
        using var sum = tensor([here ? 1L : 0L], ScalarType.Int64);
        AllReduceSum(sum);
        return sum.data<long>()[0] > 0;
    }

    private static Tensor ToTensor(ReadOnlySpan<byte> bytes)
    {
        var values = empty([bytes.Length], ScalarType.Byte);
        if (bytes.Length > 0)
        {
            bytes.CopyTo(values.bytes);
        }

        return values;
    }
}
