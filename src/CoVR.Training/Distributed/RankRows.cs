using CoVR.Distributed;
using CoVR.Training.Steps;
using static TorchSharp.torch;

namespace CoVR.Training.Distributed;

/// <summary>Splits the rows of a batch between ranks and gathers them again, in order.</summary>
internal static class RankRows
{
    /// <summary>A rank's rows: consecutive, and nearly equally many for every rank.</summary>
    /// <exception cref="InvalidOperationException">There are fewer rows than ranks.</exception>
    internal static BatchRows Of(int rows, ICollective? collective)
    {
        if (collective is null)
        {
            return new BatchRows(0, rows);
        }

        if (rows < collective.Size)
        {
            throw new InvalidOperationException(
                $"A batch of {rows} items cannot be divided among {collective.Size} ranks: drop a small last batch, or start fewer ranks.");
        }

        var start = (int)((long)rows * collective.Rank / collective.Size);
        return new BatchRows(start, (int)((long)rows * (collective.Rank + 1) / collective.Size) - start);
    }

    /// <summary>The rows of all ranks, [sum of B, ...]; gradients flow to the own ones.</summary>
    internal static Tensor Gather(ICollective collective, Tensor own)
    {
        var all = collective.GatherRows(own.detach());
        return cat([.. all.Select((rows, rank) => rank == collective.Rank ? own : rows)], 0);
    }
}
