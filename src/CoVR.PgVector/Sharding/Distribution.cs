using CoVR.PgVector.Search;
using CoVR.PgVector.Storage;
using CoVR.Retrieval;
using Npgsql;

namespace CoVR.PgVector.Sharding;

/// <summary>Moves the items of a gallery to partitions on other servers.</summary>
/// <param name="gallery">The gallery in the coordinator's database.</param>
/// <param name="options">Its options; shards get the same.</param>
internal sealed class Distribution(GalleryRow gallery, PostgresGalleryOptions options)
{
    // Rows of a shard that statistics are taken from.
    private const int Sample = 100_000;

    // What a search would set in a session of its own; those of the shards begin with it.
    private int EfSearch => options.Similarity == Similarities.MeanPooled && options.Index != PostgresIndex.Binary ? options.EfSearch : Math.Clamp(options.Shortlist, options.EfSearch, GallerySearch.MostByIndex);

    /// <summary>Prepares the servers, then moves the items in one transaction of the coordinator; searches and writes wait meanwhile.</summary>
    /// <exception cref="GalleryException">The gallery is distributed already, or a server cannot be used.</exception>
    public async ValueTask<int> RunAsync(NpgsqlConnection coordinator, IReadOnlyList<string> connectionStrings, CancellationToken cancellationToken)
    {
        if (gallery.Shards.Count > 0)
        {
            throw new GalleryException(gallery.Address, "its items are on several servers already. docs/scaling.md says how to add one.");
        }

        List<ShardServer> servers = [.. connectionStrings.Select(Read)];
        var tables = await PrepareAsync(coordinator, servers, cancellationToken).ConfigureAwait(false);
        await using var transaction = await coordinator.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await GallerySchema.LockAsync(coordinator, cancellationToken).ConfigureAwait(false);
        await CreateExtensionsAsync(coordinator, cancellationToken).ConfigureAwait(false);
        foreach (var server in servers)
        {
            await server.RegisterAsync(coordinator, EfSearch, cancellationToken).ConfigureAwait(false);
        }

        await GallerySchema.ExecuteAsync(coordinator, Partition(servers, tables), cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return servers.Count;
    }

    /// <summary>Lets the coordinator's planner know how many rows its shards have, so that it pushes the limit down for filtered searches too.</summary>
    public async Task AnalyzeAsync(NpgsqlConnection coordinator, CancellationToken cancellationToken)
    {
        // ANALYZE reads a foreign table in full; here it reads the sample that the shard draws.
        var remote = gallery.Shards.Where(shard => shard.Server is not null).Select(shard =>
            $"ALTER FOREIGN TABLE {shard.Table} OPTIONS (SET table_name '{Unqualified(shard.RemoteTable)}_sample'); ANALYZE {shard.Table}; ALTER FOREIGN TABLE {shard.Table} OPTIONS (SET table_name '{Unqualified(shard.RemoteTable)}');");
        await using var transaction = await coordinator.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await GallerySchema.ExecuteAsync(coordinator, string.Concat(remote), cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Unqualified(string table) => table[(table.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private ShardServer Read(string connectionString, int number)
    {
        try
        {
            return new ShardServer(connectionString);
        }
        catch (ArgumentException)
        {
            // The exception's text may quote a password.
            throw new GalleryException(gallery.Address, $"the connection string of server {number + 1} cannot be read, or names no host.");
        }
    }

    /// <summary>Creates the gallery's part on each server and returns the names of its tables.</summary>
    private async Task<IReadOnlyList<string>> PrepareAsync(NpgsqlConnection coordinator, List<ShardServer> servers, CancellationToken cancellationToken)
    {
        List<string> tables = [];
        HashSet<string> databases = [await IdentityAsync(coordinator, cancellationToken).ConfigureAwait(false)];
        foreach (var server in servers)
        {
            try
            {
                tables.Add(await PrepareAsync(server, databases, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception fault) when (PostgresErrors.IsOfServer(fault))
            {
                throw PostgresErrors.Of($"{options.Name} in {server.Address}", fault);
            }
        }

        return tables;
    }

    private async Task<string> PrepareAsync(ShardServer server, HashSet<string> databases, CancellationToken cancellationToken)
    {
        var builder = new NpgsqlDataSourceBuilder(server.ConnectionString);
        builder.UseVector();
        await using var source = builder.Build();
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var address = $"{options.Name} in {server.Address}";
        if (!databases.Add(await IdentityAsync(connection, cancellationToken).ConfigureAwait(false)))
        {
            throw new GalleryException(address, "the database is named twice, or is that of the gallery itself. Each part needs a database of its own.");
        }

        await GallerySchema.CreateAsync(connection, address, gallery.Fingerprint, options, cancellationToken).ConfigureAwait(false);
        var part = (await GallerySchema.FindAsync(connection, address, gallery.Fingerprint, options, cancellationToken).ConfigureAwait(false))!;
        if (part.HalfPrecision != gallery.HalfPrecision)
        {
            throw new GalleryException(address, "it was created with another precision. Remove it there, or use another database.");
        }

        await using var any = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM {part.Table})", connection);
        if (await any.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true)
        {
            throw new GalleryException(address, "it has items already. Remove it there, or use another database.");
        }

        await GallerySchema.ExecuteAsync(connection, SampleView(part), cancellationToken).ConfigureAwait(false);
        return part.Table;
    }

    // What no filter asks for is left out: embeddings would be most of the bytes.
    private static string SampleView(GalleryRow part)
    {
        const string large = "embedding frames numbers tokens frame_times";
        var columns = ItemColumns.All.Split(", ").Select(column => large.Split(' ').Contains(column) ? $"NULL AS {column}" : column);
        return $"CREATE OR REPLACE VIEW {part.Table}_sample AS SELECT {string.Join(", ", columns)} FROM {part.Table} ORDER BY random() LIMIT {Sample}";
    }

    private static async Task<string> IdentityAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_postmaster_start_time() || ' ' || current_setting('port') || ' ' || current_database()", connection);
        return (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async Task CreateExtensionsAsync(NpgsqlConnection coordinator, CancellationToken cancellationToken)
    {
        try
        {
            await GallerySchema.ExecuteAsync(coordinator, "CREATE EXTENSION IF NOT EXISTS postgres_fdw; CREATE EXTENSION IF NOT EXISTS dblink", cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException error)
        {
            throw new GalleryException(gallery.Address, $"the extensions postgres_fdw and dblink cannot be created ({error.MessageText}). Install PostgreSQL's contrib modules, and let a superuser create both in this database.", error);
        }
    }

    private string Partition(List<ShardServer> servers, IReadOnlyList<string> tables)
    {
        var local = $"{gallery.Table}_local";
        var parts = servers.Select((server, number) =>
            $"""
            CREATE FOREIGN TABLE {gallery.Table}_part_{number} PARTITION OF {gallery.Table} FOR VALUES WITH (MODULUS {servers.Count}, REMAINDER {number})
                SERVER {server.Name} OPTIONS (schema_name 'covr', table_name '{Unqualified(tables[number])}');
            """);
        return
            $"""
            ALTER TABLE {gallery.Table} RENAME TO {Unqualified(local)};
            CREATE TABLE {gallery.Table} (LIKE {local}) PARTITION BY HASH (key);
            {string.Join('\n', parts)}
            INSERT INTO {gallery.Table} SELECT * FROM {local};
            UPDATE covr.galleries SET index_kind = NULL WHERE id = {gallery.Id};
            DROP TABLE {local};
            """;
    }
}
