using CoVR.Retrieval;

namespace CoVR.Embedding;

/// <summary>Reads and embeds media that are not part of a job: some at a time, so that memory stays bounded.</summary>
internal static class MediaCalls
{
    private const int AtOnce = 16;

    public static async Task<IReadOnlyList<EmbeddingSet>> EmbedItemsAsync(RetrievalPipeline pipeline, IReadOnlyList<MediaSource> items, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        var sets = new List<EmbeddingSet>(items.Count);
        foreach (var some in items.Chunk(AtOnce))
        {
            using var media = new PreparedBatch(some.Length);
            await media.ReadAsync(i => PreparedMedia.ReadItemAsync(pipeline, some[i], cancellationToken), cancellationToken).ConfigureAwait(false);
            sets.AddRange(await ModelCalls.EncodeTargetsAsync(pipeline.Model, media.Items, AtOnce, visualTokens: false, cancellationToken).ConfigureAwait(false));
        }

        return sets;
    }
}

/// <summary>Media that are read in parallel and disposed together.</summary>
internal sealed class PreparedBatch(int count) : IDisposable
{
    private readonly PreparedMedia?[] _items = new PreparedMedia?[count];

    public IReadOnlyList<PreparedMedia> Items => _items!;

    public Task ReadAsync(Func<int, ValueTask<PreparedMedia>> read, CancellationToken cancellationToken) => Parallel.ForAsync(
        0, count, cancellationToken, async (i, _) => _items[i] = await read(i).ConfigureAwait(false));

    public void Dispose()
    {
        foreach (var item in _items)
        {
            item?.Dispose();
        }
    }
}
