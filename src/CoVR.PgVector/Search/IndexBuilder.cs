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
            if (options.Index == PostgresIndex.None)
            {
                await GallerySchema.ExecuteAsync(connection, $"BEGIN; DROP INDEX IF EXISTS {gallery.Table}_vectors; {state} COMMIT", cancellationToken).ConfigureAwait(false);
            }

            foreach (var (name, definition) in IndexScripts.All(gallery, options))
            {
                await BuildAsync(connection, name, definition, name.EndsWith("vectors", StringComparison.Ordinal) ? state : "", cancellationToken).ConfigureAwait(false);
            }

            await GallerySchema.ExecuteAsync(connection, $"ANALYZE {gallery.Table}", cancellationToken).ConfigureAwait(false);
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

    // A build that was interrupted leaves an index that is not valid, which would be maintained for nothing.
    private async Task BuildAsync(NpgsqlConnection connection, string name, string definition, string state, CancellationToken cancellationToken)
    {
        await GallerySchema.ExecuteAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS covr.{name}_new", cancellationToken).ConfigureAwait(false);
        await GallerySchema.ExecuteAsync(connection, $"CREATE INDEX CONCURRENTLY {name}_new ON {gallery.Table} {definition}", cancellationToken).ConfigureAwait(false);
        await GallerySchema.ExecuteAsync(connection, $"BEGIN; DROP INDEX IF EXISTS covr.{name}; ALTER INDEX covr.{name}_new RENAME TO {name}; {state} COMMIT", cancellationToken).ConfigureAwait(false);
    }
}
