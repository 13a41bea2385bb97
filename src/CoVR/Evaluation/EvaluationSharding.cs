using CoVR.Data;
using CoVR.Distributed;

namespace CoVR.Evaluation;

/// <summary>Splits the queries of an evaluation between processes by whole batches, so that every batch is the same as in one process.</summary>
internal static class EvaluationSharding
{
    /// <summary>The queries of this process.</summary>
    public static Triplet[] Of(Triplet[] queries, int batchSize, ICollective? collective) => collective is { Size: > 1 }
        ? [.. queries.Chunk(batchSize).Where((_, batch) => batch % collective.Size == collective.Rank).SelectMany(batch => batch)]
        : queries;

    /// <summary>Exchanges the rankings, so that every process has all of them.</summary>
    public static void Exchange(EvaluationRun run, ICollective? collective)
    {
        if (collective is not { Size: > 1 })
        {
            return;
        }

        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            run.Export(writer);
        }

        var all = collective.GatherBytes(stream.ToArray());
        for (var rank = 0; rank < all.Count; rank++)
        {
            if (rank != collective.Rank)
            {
                using var reader = new BinaryReader(new MemoryStream(all[rank]));
                run.Import(reader);
            }
        }
    }
}
