using CoVR.PgVector.Storage;
using Npgsql;
using NpgsqlTypes;

namespace CoVR.PgVector.Search;

/// <summary>Adds to hits of videos the moment that answers the query.</summary>
internal sealed class Moments(GalleryRow gallery, ISimilarity similarity)
{
    /// <summary>Makes the hits of each query; embeddings are read one by one, as videos have large ones.</summary>
    public async ValueTask<SearchHit[][]> AddAsync(NpgsqlConnection connection, IReadOnlyList<QueryPlan> plans, CancellationToken cancellationToken)
    {
        SearchHit[][] hits = [.. plans.Select(plan => plan.Hits.Select((hit, i) => new SearchHit(hit.Id, hit.Score, plan.Query.Options.Offset + i + 1)).ToArray())];
        var videos = plans.SelectMany((plan, query) => plan.Hits.Select((hit, place) => (hit, query, place))).Where(hit => hit.hit.FrameTimes.Length > 0).ToLookup(hit => hit.hit.Id);
        if (videos.Count == 0)
        {
            return hits;
        }

        await using var command = new NpgsqlCommand($"SELECT {ItemColumns.Entry} FROM {gallery.Table} WHERE key = ANY ($1)", connection)
        {
            Parameters = { new() { Value = videos.Select(video => video.First().hit.Key).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var entry = ItemColumns.ReadEntry(reader, gallery);
            foreach (var (_, query, place) in videos[entry.Id])
            {
                hits[query][place] = hits[query][place] with { Moment = MomentOf(plans[query].Query.Embedding, entry) };
            }
        }

        return hits;
    }

    private Moment MomentOf(EmbeddingSet query, GalleryEntry entry) =>
        Moment.Of(entry.FrameTimes, [.. Enumerable.Range(0, entry.Embedding.Frames).Select(frame => similarity.Score(query, entry.Embedding.SelectFrames([frame])))]);
}
