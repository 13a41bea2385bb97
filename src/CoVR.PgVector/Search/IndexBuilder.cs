using CoVR.PgVector.Sharding;
using CoVR.PgVector.Storage;
using Npgsql;

namespace CoVR.PgVector.Search;

/// <summary>Builds the indexes of a gallery beside its use.</summary>
internal sealed class IndexBuilder(PostgresSession session, GalleryRow gallery, PostgresGalleryOptions options)
{
    // Together with the gallery's number, the key of the lock of whoever builds.
    private const int BuildLock = 0x636F7672;

    public async ValueTask BuildAsync(CancellationToken cancellationToken)
    {
        if (gallery.Fingerprint.Dimensions > IndexScripts.MostDimensions(options.Index))
        {
            var fault = $"its vectors have {gallery.Fingerprint.Dimensions} dimensions, the index {options.Index} holds at most {IndexScripts.MostDimensions(options.Index)}.";
            throw new GalleryException(gallery.Address, $"{fault} Choose {nameof(PostgresIndex)}.{nameof(PostgresIndex.Binary)} or {nameof(PostgresIndex.None)}.");
        }

        await session.RunAsync("create_index", gallery.Table, BuildAsync, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> BuildAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({BuildLock}, {gallery.Id})", connection);
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
        {
            throw new GalleryException(gallery.Address, "another process builds its indexes. Wait until it is done.");
        }

        try
        {
            var kind = options.Index == PostgresIndex.None ? "NULL" : $"'{options.Index}'";
            var state = $"UPDATE covr.galleries SET index_kind = {kind}, recall = NULL WHERE id = {gallery.Id};";
            await (gallery.Shards.Count == 0 ? BuildHereAsync(connection, state, cancellationToken) : BuildOnShardsAsync(connection, state, cancellationToken)).ConfigureAwait(false);
            return true;
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await GallerySchema.ExecuteAsync(connection, $"SELECT pg_advisory_unlock({BuildLock}, {gallery.Id})", CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task BuildHereAsync(NpgsqlConnection connection, string state, CancellationToken cancellationToken)
    {
        foreach (var statement in Statements(gallery, state))
        {
            await GallerySchema.ExecuteAsync(connection, statement, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task BuildOnShardsAsync(NpgsqlConnection connection, string state, CancellationToken cancellationToken)
    {
        // Each has the statements of its own table, as many as the others.
        var statements = gallery.Shards.ToDictionary(shard => shard, shard => Statements(gallery with { Id = shard.RemoteGallery }, "").ToArray());
        await using (var shards = await ShardConnections.OpenAsync(connection, gallery.Shards, cancellationToken).ConfigureAwait(false))
        {
            for (var step = 0; step < statements.Values.First().Length; step++)
            {
                await shards.RunAsync(shard => statements[shard][step], cancellationToken).ConfigureAwait(false);
            }
        }

        await GallerySchema.ExecuteAsync(connection, state, cancellationToken).ConfigureAwait(false);
        await new Distribution(gallery, options).AnalyzeAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    // A build that was interrupted leaves an index that is not valid, which would be maintained for nothing.
    private IEnumerable<string> Statements(GalleryRow row, string state)
    {
        if (options.Index == PostgresIndex.None)
        {
            yield return $"BEGIN; DROP INDEX IF EXISTS {row.Table}_vectors; {state} COMMIT";
        }

        foreach (var (name, definition) in IndexScripts.All(row, options))
        {
            yield return $"DROP INDEX CONCURRENTLY IF EXISTS covr.{name}_new";
            yield return $"CREATE INDEX CONCURRENTLY {name}_new ON {row.Table} {definition}";
            yield return $"BEGIN; DROP INDEX IF EXISTS covr.{name}; ALTER INDEX covr.{name}_new RENAME TO {name}; {(name.EndsWith("vectors", StringComparison.Ordinal) ? state : "")} COMMIT";
        }

        yield return $"ANALYZE {row.Table}";
    }
}
