using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Distributed;

/// <summary>Operations built on <see cref="ICollective"/>. As with its own calls, every rank makes them in the same order.</summary>
public static class CollectiveExtensions
{
    /// <summary>Gathers rows, of which each rank may have a different number.</summary>
    /// <param name="collective">The ranks.</param>
    /// <param name="own">[B, ...]; B may differ between ranks and may be 0; the rest is the same.</param>
    /// <returns>Each rank's rows, in the order of ranks; the caller's dispose scope owns them.</returns>
    public static IReadOnlyList<Tensor> GatherRows(this ICollective collective, Tensor own)
    {
        ArgumentNullException.ThrowIfNull(collective);
        ArgumentNullException.ThrowIfNull(own);
        using var scope = NewDisposeScope();
        using var count = tensor([own.shape[0]], ScalarType.Int64);
        var counts = collective.AllGather(count).data<long>().ToArray();
        var padded = own.detach();
        if (counts.Max() is var longest && longest > own.shape[0])
        {
            padded = cat([padded, zeros([longest - own.shape[0], .. own.shape[1..]], own.dtype, own.device)], 0);
        }

        var all = collective.AllGather(padded);
        return [.. counts.Select((rows, rank) => all.select(0, rank).narrow(0, 0, rows).MoveToOuterDisposeScope())];
    }

    /// <summary>Gathers bytes, of which each rank may have a different number.</summary>
    /// <param name="collective">The ranks.</param>
    /// <param name="own">This rank's.</param>
    /// <returns>Each rank's bytes, in the order of ranks.</returns>
    public static IReadOnlyList<byte[]> GatherBytes(this ICollective collective, ReadOnlySpan<byte> own)
    {
        ArgumentNullException.ThrowIfNull(collective);
        using var scope = NewDisposeScope();
        return [.. collective.GatherRows(ToTensor(own)).Select(rows => rows.contiguous().bytes.ToArray())];
    }

    /// <summary>Broadcasts the bytes of one rank.</summary>
    /// <param name="collective">The ranks.</param>
    /// <param name="own">The bytes of <paramref name="root"/>; ignored on other ranks.</param>
    /// <param name="root">The rank whose bytes are taken.</param>
    /// <returns>The bytes.</returns>
    public static byte[] BroadcastBytes(this ICollective collective, ReadOnlySpan<byte> own, int root = 0)
    {
        ArgumentNullException.ThrowIfNull(collective);
        using var scope = NewDisposeScope();
        var isRoot = collective.Rank == root;
        var length = tensor([isRoot ? own.Length : 0L], ScalarType.Int64);
        collective.Broadcast(length, root);
        var count = length.data<long>()[0];
        if (count == 0)
        {
            return [];
        }

        var bytes = isRoot ? ToTensor(own) : zeros([count], ScalarType.Byte);
        collective.Broadcast(bytes, root);
        return bytes.bytes.ToArray();
    }

    /// <summary>Whether a condition holds on any rank, for example that the run should stop.</summary>
    /// <param name="collective">The ranks.</param>
    /// <param name="here">Whether it holds on this rank.</param>
    /// <returns>The same answer on every rank.</returns>
    public static bool Any(this ICollective collective, bool here)
    {
        ArgumentNullException.ThrowIfNull(collective);
        using var sum = tensor([here ? 1L : 0L], ScalarType.Int64);
        collective.AllReduceSum(sum);
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
