using System.Data;
using CoVR.PgVector.Storage;
using Npgsql;

namespace CoVR.PgVector.Search;

/// <summary>Compares the searches of a gallery with exact ones.</summary>
internal sealed class RecallMeasurement(PostgresSession session, OpenGallery open, PostgresGalleryOptions options)
{
    private static readonly Guid Start = new("7c3a5f10-0000-4000-8000-000000000000");

    /// <summary>Measures with items as queries, each without itself among its hits. Keys are hashes, so that those that follow any key are a random sample.</summary>
    public async ValueTask<PostgresRecall> SampleAsync(int sample, int top, CancellationToken cancellationToken)
    {
        var entries = await session.RunAsync(
            "select",
            open.Row.Table,
            async (connection, token) =>
            {
                var nearest = open.Row.Union(table => $"SELECT * FROM {table} ORDER BY key < $1, key LIMIT $2");
                await using var command = new NpgsqlCommand($"SELECT {ItemColumns.Entry} FROM ({nearest}) items ORDER BY key < $1, key LIMIT $2", connection);
                command.Parameters.Add(new() { Value = Start });
                command.Parameters.Add(new() { Value = sample });
                await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
                List<GalleryEntry> read = [];
                while (await reader.ReadAsync(token).ConfigureAwait(false))
                {
                    read.Add(ItemColumns.ReadEntry(reader, open.Row));
                }

                return read;
            },
            cancellationToken).ConfigureAwait(false);
        return await MeasureAsync([.. entries.Select(entry => new GalleryQuery(QueryOf(entry), new SearchOptions { Top = top, Exclude = new HashSet<MediaId> { entry.Id } }))], cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<PostgresRecall> MeasureAsync(GalleryQuery[] queries, CancellationToken cancellationToken)
    {
        Array.ForEach(queries, query => GallerySearch.Require(query, open.Row.Fingerprint.Dimensions));
        if (queries.Length == 0 || (await SearchAsync([queries[0]], forced: true, cancellationToken).ConfigureAwait(false))[0].Candidates == 0)
        {
            throw new GalleryException(open.Row.Address, "it has too few items to measure a recall. Add items first.");
        }

        List<double> shares = [];
        foreach (var query in queries)
        {
            var exact = (await SearchAsync([query], forced: true, cancellationToken).ConfigureAwait(false))[0].Hits;
            var found = (await SearchAsync([query], forced: false, cancellationToken).ConfigureAwait(false))[0].Hits;
            // Items as good as the last one count, whichever of them were chosen.
            shares.Add((double)found.Count(hit => hit.Score >= exact[^1].Score) / exact.Count);
        }

        return await StoreAsync(shares, queries[0].Options.Top, cancellationToken).ConfigureAwait(false);
    }

    private EmbeddingSet QueryOf(GalleryEntry entry) => options.Similarity.PoolsFrames
        ? entry.Embedding.SelectFrames([entry.Embedding.Frames / 2])
        : options.Pooling.Pool(entry.Embedding);

    private ValueTask<IReadOnlyList<SearchResult>> SearchAsync(GalleryQuery[] queries, bool forced, CancellationToken cancellationToken) =>
        session.ReadAsync("search", open.Row.Table, (connection, token) => open.Search.SearchAsync(connection, queries, forced, token), cancellationToken);

    private ValueTask<PostgresRecall> StoreAsync(List<double> shares, int top, CancellationToken cancellationToken) => session.RunAsync(
        "update",
        "covr.galleries",
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, token).ConfigureAwait(false);
            await using var select = new NpgsqlCommand($"SELECT {GalleryState.Columns} FROM covr.galleries WHERE id = {open.Row.Id} FOR UPDATE", connection);
            PostgresIndex? index;
            await using (var reader = await select.ExecuteReaderAsync(token).ConfigureAwait(false))
            {
                index = await reader.ReadAsync(token).ConfigureAwait(false) ? GalleryState.Read(reader).Index : null;
            }

            var recall = PostgresRecall.Of(shares, top, open.Search.SettingsOf(index));
            const string sql =
                """
                UPDATE covr.galleries SET recall = $2, recall_low = $3, recall_high = $4, recall_top = $5, recall_queries = $6, recall_settings = $7, recall_at = now()
                WHERE id = $1 RETURNING recall_at
                """;
            await using var update = new NpgsqlCommand(sql, connection);
            object[] values = [open.Row.Id, recall.Value, recall.Low, recall.High, recall.Top, recall.Queries, recall.Settings];
            Array.ForEach(values, value => update.Parameters.Add(new() { Value = value }));
            var at = (DateTime)(await update.ExecuteScalarAsync(token).ConfigureAwait(false))!;
            await transaction.CommitAsync(token).ConfigureAwait(false);
            return recall with { At = at };
        },
        cancellationToken);
}
