using CoVR.PgVector.Search;
using CoVR.PgVector.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CoVR.PgVector.Sharding;

/// <summary>Searches a gallery; where the options allow it, without the servers that do not answer.</summary>
internal sealed class PartialSearch(PostgresSession session, PostgresGalleryOptions options, ILogger logger)
{
    private readonly LostShards _lost = new(TimeProvider.System);

    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(OpenGallery open, IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken)
    {
        for (; ; )
        {
            var live = _lost.Without(open.Row.Shards);
            var search = live.Count == open.Row.Shards.Count || live.Count == 0 ? open.Search : new GallerySearch(open.Row with { Shards = live }, options, logger);
            try
            {
                return await session.ReadAsync("search", open.Row.Table, (connection, token) => search.SearchAsync(connection, queries, forced: null, token), cancellationToken).ConfigureAwait(false);
            }
            catch (GalleryException fault) when (options.AllowPartialResults && live.Count > 1 && fault.InnerException is PostgresException cause && Shard.FindLost(live, cause) is { } shard)
            {
                _lost.Add(shard);
                logger.ShardLost(open.Row.Address, shard.Address, fault);
            }
        }
    }
}
