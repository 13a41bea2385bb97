using System.Runtime.CompilerServices;
using CoVR.Data;
using CoVR.Embedding;
using CoVR.Modeling;
using CoVR.Retrieval;

namespace CoVR.Evaluation;

/// <summary>Reads the references of the next batch while the present one is encoded.</summary>
internal static class QueryBatches
{
    public static async IAsyncEnumerable<QueryBatch> ReadAsync(
        RetrievalPipeline pipeline,
        IReadOnlyList<Triplet> triplets,
        ITripletDatasetReader media,
        EvaluationOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var needsReferences = options.Queries.Any(kind => kind.Parts.HasFlag(QueryParts.Reference));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<QueryBatch>? next = null;
        try
        {
            for (var start = 0; start < triplets.Count; start += options.BatchSize)
            {
                var batch = await (next ?? Read(start)).ConfigureAwait(false);
                next = start + options.BatchSize < triplets.Count ? Read(start + options.BatchSize) : null;
                yield return batch;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ReleaseAsync(next).ConfigureAwait(false);
        }

        Task<QueryBatch> Read(int start)
        {
            Triplet[] part = [.. triplets.Skip(start).Take(options.BatchSize)];
            return needsReferences
                ? Task.Run(() => ReadBatchAsync(pipeline, part, media, options, stop.Token), CancellationToken.None)
                : Task.FromResult(new QueryBatch(part, [], []));
        }
    }

    /// <summary>Reads each reference of the batch once.</summary>
    private static async Task<QueryBatch> ReadBatchAsync(
        RetrievalPipeline pipeline, Triplet[] triplets, ITripletDatasetReader media, EvaluationOptions options, CancellationToken cancellationToken)
    {
        MediaId[] ids = [.. triplets.Select(triplet => triplet.Reference).Distinct()];
        var prepared = new PreparedMedia?[ids.Length];
        try
        {
            await Parallel.ForAsync(
                0,
                ids.Length,
                new ParallelOptions { MaxDegreeOfParallelism = options.Workers, CancellationToken = cancellationToken },
                async (i, stop) => prepared[i] = await ReadAsync(ids[i], stop).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch
        {
            Array.ForEach(prepared, item => item?.Dispose());
            throw;
        }

        var byId = ids.Zip(prepared).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First, pair => pair.Second!);
        Triplet[] readable = [.. triplets.Where(triplet => byId.ContainsKey(triplet.Reference))];
        return new QueryBatch(readable, [.. readable.Select(triplet => byId[triplet.Reference])], [.. ids.Where(id => !byId.ContainsKey(id))]);

        async ValueTask<PreparedMedia?> ReadAsync(MediaId id, CancellationToken stop)
        {
            try
            {
                return await PreparedMedia.ReadReferenceAsync(pipeline, media.Locate(id), stop).ConfigureAwait(false);
            }
            catch (MediaReadException) when (options.AllowUnreadableReferences)
            {
                return null;
            }
        }
    }

    private static async Task ReleaseAsync(Task<QueryBatch>? unread)
    {
        if (unread is not null)
        {
            await ((Task)unread).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (unread.IsCompletedSuccessfully)
            {
                unread.Result.Dispose();
            }
        }
    }
}
