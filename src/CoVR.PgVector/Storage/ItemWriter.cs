using Npgsql;
using NpgsqlTypes;

namespace CoVR.PgVector.Storage;

/// <summary>Writes items and failures; each call is one transaction.</summary>
internal sealed class ItemWriter(PostgresSession session, GalleryRow gallery)
{
    private const string Staging = "covr_staging";
    private const NpgsqlDbType Keys = NpgsqlDbType.Array | NpgsqlDbType.Uuid;

    /// <summary>Replaces items: rows of the same keys go, the new ones come by COPY.</summary>
    /// <param name="rows">Ordered by key, so that writers that share keys wait for each other in one order.</param>
    /// <param name="cancellationToken">Ends it before it is committed.</param>
    public ValueTask<int> UpsertAsync(IReadOnlyList<ItemRow> rows, CancellationToken cancellationToken) => session.RunAsync(
        "upsert",
        gallery.Table,
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
            var removed = await DeleteAsync(connection, [.. rows.Select(row => row.Key)], token).ConfigureAwait(false);
            await CopyAsync(connection, rows, token).ConfigureAwait(false);
            await CountAsync(connection, rows.Count - removed, token).ConfigureAwait(false);
            await WaitForReadersAsync(connection, token).ConfigureAwait(false);
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            return removed;
        },
        cancellationToken);

    /// <summary>Removes items and failures, and returns how many items there were.</summary>
    public ValueTask<int> RemoveAsync(Guid[] keys, CancellationToken cancellationToken) => session.RunAsync(
        "delete",
        gallery.Table,
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
            var removed = await DeleteAsync(connection, keys, token).ConfigureAwait(false);
            await CountAsync(connection, -removed, token).ConfigureAwait(false);
            await WaitForReadersAsync(connection, token).ConfigureAwait(false);
            try
            {
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                return removed;
            }
            catch (NpgsqlException error) when (error is not PostgresException)
            {
                // A repetition would not know how many there were.
                throw new GalleryException(gallery.Address, "the connection broke while a removal was confirmed: the items may be gone or not. Remove them again.", error);
            }
        },
        cancellationToken);

    public ValueTask<int> RecordFailuresAsync(IReadOnlyList<EmbeddingFailure> failures, CancellationToken cancellationToken) => session.RunAsync(
        "upsert",
        "covr.failures",
        async (connection, token) =>
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var failure in failures)
            {
                batch.BatchCommands.Add(FailureTable.Insert(failure, gallery));
            }

            return await batch.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        cancellationToken);

    private async Task<int> DeleteAsync(NpgsqlConnection connection, Guid[] keys, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"DELETE FROM {gallery.Table} WHERE key = ANY ($1)") { Parameters = { new() { Value = keys, NpgsqlDbType = Keys } } },
                new("DELETE FROM covr.failures WHERE gallery = $1 AND key = ANY ($2)") { Parameters = { new() { Value = gallery.Id }, new() { Value = keys, NpgsqlDbType = Keys } } },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        return (int)batch.BatchCommands[0].RecordsAffected;
    }

    private async Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<ItemRow> rows, CancellationToken cancellationToken)
    {
        if (gallery.Shards.Count == 0)
        {
            await CopyAsync(connection, gallery.Table, rows, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Rows that are copied go to their shard one by one, those of a statement many at a time.
        await GallerySchema.ExecuteAsync(connection, $"CREATE TEMP TABLE {Staging} (LIKE {gallery.Table}) ON COMMIT DROP", cancellationToken).ConfigureAwait(false);
        await CopyAsync(connection, Staging, rows, cancellationToken).ConfigureAwait(false);
        await GallerySchema.ExecuteAsync(connection, $"INSERT INTO {gallery.Table} ({ItemColumns.All}) SELECT {ItemColumns.All} FROM {Staging}", cancellationToken).ConfigureAwait(false);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string table, IReadOnlyList<ItemRow> rows, CancellationToken cancellationToken)
    {
        await using var importer = await connection.BeginBinaryImportAsync($"COPY {table} ({ItemColumns.All}) FROM STDIN (FORMAT BINARY)", cancellationToken).ConfigureAwait(false);
        foreach (var row in rows)
        {
            await ItemColumns.WriteAsync(importer, row, cancellationToken).ConfigureAwait(false);
        }

        await importer.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WaitForReadersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (gallery.Shards.Count > 0)
        {
            await GallerySchema.ExecuteAsync(connection, gallery.Lock("xact_lock"), cancellationToken).ConfigureAwait(false);
        }
    }

    // Last, because it locks the gallery's row until the end of the transaction.
    private async Task CountAsync(NpgsqlConnection connection, int added, CancellationToken cancellationToken)
    {
        if (added != 0)
        {
            await using var command = new NpgsqlCommand("UPDATE covr.galleries SET items = items + $2 WHERE id = $1", connection) { Parameters = { new() { Value = gallery.Id }, new() { Value = (long)added } } };
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
