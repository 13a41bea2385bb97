using CoVR.PgVector.Search;
using Npgsql;

namespace CoVR.PgVector.Storage;

/// <summary>A stream of items ordered by identity: one statement, so one state of the gallery, on a connection that is held until the end.</summary>
internal sealed class ItemListing : IAsyncDisposable
{
    // The order of UTF-16 code units, in which a surrogate pair comes before U+E000 to U+FFFF: in UTF-8 the latter begin with the bytes EE and EF, the former with F0 to F4.
    private const string Order = """translate(convert_from(convert_to(id, 'UTF8'), 'LATIN1'), U&'\00EE\00EF', U&'\00FE\00FF')""";

    private readonly PostgresSession _session;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;
    private NpgsqlDataReader? _reader;
    private bool _isDone;

    private ItemListing(PostgresSession session, NpgsqlConnection connection, GalleryRow gallery, GalleryFilter? filter)
    {
        (_session, _connection, _command) = (session, connection, new NpgsqlCommand { Connection = connection });
        var where = filter is null ? "" : $" WHERE {new FilterSql(_command.Parameters).Of(filter)}";
        _command.CommandText = $"""SELECT {ItemColumns.Item} FROM {gallery.Table}{where} ORDER BY {Order} COLLATE "C" """;
    }

    public static async ValueTask<ItemListing> StartAsync(PostgresSession session, GalleryRow gallery, GalleryFilter? filter, CancellationToken cancellationToken)
    {
        var connection = await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
        if (gallery.Shards.Count > 0)
        {
            await TakeSnapshotsAsync(session, connection, gallery, cancellationToken).ConfigureAwait(false);
        }

        return new ItemListing(session, connection, gallery, filter);
    }

    // One of each server, between two writes; later writes need not wait for the end of the list. Closing the connection ends the transaction.
    private static async Task TakeSnapshotsAsync(PostgresSession session, NpgsqlConnection connection, GalleryRow gallery, CancellationToken cancellationToken)
    {
        try
        {
            await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await GallerySchema.ExecuteAsync(connection, gallery.Lock("lock_shared"), cancellationToken).ConfigureAwait(false);
            await GallerySchema.ExecuteAsync(connection, gallery.Union(table => $"SELECT key FROM {table} LIMIT 1"), cancellationToken).ConfigureAwait(false);
            await GallerySchema.ExecuteAsync(connection, gallery.Lock("unlock_shared"), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            if (PostgresErrors.IsOfServer(error))
            {
                throw PostgresErrors.Of(session.Address, error, gallery.Shards);
            }

            throw;
        }
    }

    /// <summary>The next item; null at the end.</summary>
    public async ValueTask<GalleryItem?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _reader ??= await _command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            _isDone = !await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            return _isDone ? null : ItemColumns.ReadItem(_reader);
        }
        catch (Exception error) when (PostgresErrors.IsOfServer(error))
        {
            throw PostgresErrors.Of(_session.Address, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isDone)
        {
            // Or else the rest would be read.
            _command.Cancel();
        }

        try
        {
            await using (_connection.ConfigureAwait(false))
            {
                await using (_command.ConfigureAwait(false))
                {
                    if (_reader is not null)
                    {
                        await _reader.DisposeAsync().ConfigureAwait(false);
                    }
                }
            }
        }
        catch (Exception error) when (PostgresErrors.IsOfServer(error))
        {
            // The statement was cancelled, or the connection is broken: what was read is right.
        }
    }
}
