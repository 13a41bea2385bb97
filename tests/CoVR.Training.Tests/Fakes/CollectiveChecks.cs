using CoVR.Distributed;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Fakes;

/// <summary>What every collective must do; each rank runs it.</summary>
internal static class CollectiveChecks
{
    internal static bool Run(ICollective ranks)
    {
        using var scope = NewDisposeScope();
        ranks.Barrier();
        Gathers(ranks);
        Sums(ranks);
        Broadcasts(ranks);
        TravelsAsBytes(ranks);
        return true;
    }

    private static void Gathers(ICollective ranks)
    {
        var all = ranks.AllGather(arange(6, float32).view(2, 3).t().add((Scalar)(10 * ranks.Rank)));
        Require(all.shape.SequenceEqual([ranks.Size, 3, 2]), "The gathered shape is [R, 3, 2].");
        for (var rank = 0; rank < ranks.Size; rank++)
        {
            Require(Numbers(all.select(0, rank)).SequenceEqual([10f * rank, 3 + (10f * rank), 1 + (10f * rank), 4 + (10f * rank), 2 + (10f * rank), 5 + (10f * rank)]), "Views are gathered by their values.");
        }

        var rows = ranks.GatherRows(full([ranks.Rank * 2, 3], (Scalar)ranks.Rank, ScalarType.Int64));
        Require(rows.Select((part, rank) => part.shape[0] == 2 * rank && part.eq((Scalar)rank).all().item<bool>()).All(good => good), "Rows are gathered without padding.");
        Require(ranks.AllGather(tensor(ranks.Rank).to(ScalarType.BFloat16)).to(float32).sum().item<float>() == ranks.Size * (ranks.Size - 1) / 2, "Any type can be gathered.");
    }

    private static void Sums(ICollective ranks)
    {
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.Int64 })
        {
            var values = arange(5, type).add((Scalar)ranks.Rank);
            ranks.AllReduceSum(values);
            var expected = Enumerable.Range(0, 5).Select(i => (float)((i * ranks.Size) + (ranks.Size * (ranks.Size - 1) / 2)));
            Require(Numbers(values).SequenceEqual(expected), $"Sums of {type} are right.");
        }

        var large = ones(3_000_001);
        ranks.AllReduceSum(large);
        Require(large.eq((Scalar)ranks.Size).all().item<bool>(), "Large tensors are summed whole.");
        Require(ranks.Any(ranks.Rank == ranks.Size - 1) && !ranks.Any(false), "Any asks all ranks.");
    }

    private static void Broadcasts(ICollective ranks)
    {
        for (var root = 0; root < ranks.Size; root++)
        {
            var values = full([2, 2], (Scalar)ranks.Rank);
            ranks.Broadcast(values, root);
            Require(values.eq((Scalar)root).all().item<bool>(), "Broadcast gives the numbers of its root.");
        }
    }

    private static void TravelsAsBytes(ICollective ranks)
    {
        var own = Enumerable.Repeat((byte)ranks.Rank, 3 * ranks.Rank).ToArray();
        var all = ranks.GatherBytes(own);
        Require(all.Select((bytes, rank) => bytes.Length == 3 * rank && bytes.All(value => value == rank)).All(good => good), "Bytes of different lengths are gathered.");
        Require(ranks.BroadcastBytes([1, 2, (byte)ranks.Rank]).SequenceEqual(new byte[] { 1, 2, 0 }) && ranks.BroadcastBytes([]).Length == 0, "Bytes are broadcast.");
    }

    private static float[] Numbers(Tensor tensor) => tensor.to(float32).contiguous().flatten().data<float>().ToArray();

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }
}
