using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>The calls of a vector store that a gallery needs; whatever fails there is a <see cref="GalleryException"/> that names the collection.</summary>
/// <param name="collection">The collection; owned.</param>
/// <param name="withLists">Whether the store can test lists.</param>
internal sealed class RecordStore<TKey>(VectorStoreCollection<TKey, GalleryRecord<TKey>> collection, bool withLists) : IDisposable
    where TKey : notnull
{
    // Some stores refuse more keys or parameters in one call.
    private const int KeysOfACall = 500;

    // No store has more; some add to it, or reserve memory for it.
    private const int Everything = 1_000_000_000;

    private static readonly RecordRetrievalOptions WithVectors = new() { IncludeVectors = true };

    /// <summary>The store's and the collection's name.</summary>
    public string Name { get; } = collection.GetService(typeof(VectorStoreCollectionMetadata)) is VectorStoreCollectionMetadata { VectorStoreSystemName: { } system }
        ? $"{collection.Name} ({system})"
        : collection.Name;

    public void Dispose() => collection.Dispose();

    public Task EnsureExistsAsync(CancellationToken cancellationToken) =>
        GuardAsync("create the collection", () => collection.EnsureCollectionExistsAsync(cancellationToken));

    /// <summary>Reads records by key; unknown ones are left out.</summary>
    public async Task<Dictionary<TKey, GalleryRecord<TKey>>> ReadAsync(IEnumerable<TKey> keys, bool withVectors, CancellationToken cancellationToken)
    {
        Dictionary<TKey, GalleryRecord<TKey>> records = [];
        foreach (var some in keys.Distinct().Chunk(KeysOfACall))
        {
            await GuardAsync("read records", async () =>
            {
                await foreach (var record in collection.GetAsync(some, withVectors ? WithVectors : null, cancellationToken).ConfigureAwait(false))
                {
                    records[record.Key] = record;
                }
            }).ConfigureAwait(false);
        }

        return records;
    }

    public Task UpsertAsync(IReadOnlyList<GalleryRecord<TKey>> records) =>
        GuardAsync("write records", () => collection.UpsertAsync(records, CancellationToken.None));

    public async Task DeleteAsync(IReadOnlyCollection<TKey> keys)
    {
        foreach (var some in keys.Chunk(KeysOfACall))
        {
            await GuardAsync("delete records", () => collection.DeleteAsync(some, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    /// <summary>Lists the records of a role that pass a filter, and maybe others.</summary>
    public Task<List<GalleryRecord<TKey>>> ListAsync(string role, GalleryFilter? filter, bool withVectors, CancellationToken cancellationToken) =>
        FilteredAsync("list records", role, filter, condition => ToListAsync(
            collection.GetAsync(condition, Everything, new FilteredRecordRetrievalOptions<GalleryRecord<TKey>> { IncludeVectors = withVectors }, cancellationToken)));

    /// <summary>The items nearest to a vector, best first, of those that pass a filter and maybe others.</summary>
    public Task<List<VectorSearchResult<GalleryRecord<TKey>>>> SearchAsync(ReadOnlyMemory<float> vector, int top, GalleryFilter? filter, CancellationToken cancellationToken) =>
        FilteredAsync("search", RecordFormat<TKey>.Item, filter, condition => ToListAsync(
            collection.SearchAsync(vector, top, new VectorSearchOptions<GalleryRecord<TKey>> { Filter = condition, IncludeVectors = true }, cancellationToken)));

    private async Task<List<T>> FilteredAsync<T>(string action, string role, GalleryFilter? filter, Func<Expression<Func<GalleryRecord<TKey>, bool>>, Task<List<T>>> call)
    {
        List<T> found = [];
        await GuardAsync(action, async () =>
        {
            var (condition, isFiltered) = RecordFilters.Of<TKey>(role, filter, withLists);
            try
            {
                found = await call(condition).ConfigureAwait(false);
            }
            catch (NotSupportedException) when (isFiltered)
            {
                found = await call(RecordFilters.Of<TKey>(role, null, withLists).Condition).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        return found;
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> values)
    {
        List<T> list = [];
        await foreach (var value in values.ConfigureAwait(false))
        {
            list.Add(value);
        }

        return list;
    }

    private async Task GuardAsync(string action, Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (OperationCanceledException or GalleryException))
        {
            throw new GalleryException(Name, $"the vector store could not {action} ({error.GetType().Name}, see the inner exception). Check that it can be reached, and that its collection was made for this gallery.", error);
        }
    }
}
