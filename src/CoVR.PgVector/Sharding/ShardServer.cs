using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CoVR.PgVector.Storage;
using Npgsql;

namespace CoVR.PgVector.Sharding;

/// <summary>A server that shall hold a part of a gallery, as <c>postgres_fdw</c> describes it.</summary>
/// <remarks>Secrets are parameters, never text of a statement: they go into the user mapping and nowhere else.</remarks>
internal sealed class ShardServer
{
    // Rows of an insert, bounded because embeddings of videos are large.
    private const int RowsPerInsert = 100;

    private readonly NpgsqlConnectionStringBuilder _connection;

    /// <exception cref="ArgumentException">The connection string cannot be read, or names no host.</exception>
    public ShardServer(string connectionString)
    {
        _connection = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(_connection.Host))
        {
            throw new ArgumentException("A connection string names no host.", nameof(connectionString));
        }

        Address = string.Create(CultureInfo.InvariantCulture, $"{_connection.Host}:{_connection.Port}/{Database}");
        Name = $"covr_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Address)))[..12]}";
    }

    /// <summary>Host, port and database.</summary>
    public string Address { get; }

    /// <summary>The name of the foreign server; galleries on the same database share it.</summary>
    public string Name { get; }

    public string ConnectionString => _connection.ConnectionString;

    private string Database => _connection.Database ?? _connection.Username ?? "postgres";

    /// <summary>Creates or renews the foreign server and the mapping of the current user.</summary>
    /// <remarks>Neither is replaced: a transaction that runs would open a second connection, and wait for its own first one.</remarks>
    /// <param name="connection">The coordinator's connection, in a transaction.</param>
    /// <param name="efSearch">How many candidates the shard's index follows in a search.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task RegisterAsync(NpgsqlConnection connection, int efSearch, CancellationToken cancellationToken)
    {
        var create =
            $"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_foreign_server WHERE srvname = '{Name}') THEN
                    CREATE SERVER {Name} FOREIGN DATA WRAPPER postgres_fdw;
                END IF;
            END $$;
            CREATE USER MAPPING IF NOT EXISTS FOR CURRENT_USER SERVER {Name}
            """;
        await GallerySchema.ExecuteAsync(connection, create, cancellationToken).ConfigureAwait(false);
        await SetAsync(connection, $"SERVER {Name}", $"pg_foreign_server, pg_options_to_table(srvoptions) WHERE srvname = '{Name}'", ServerOptions(connection, efSearch), cancellationToken).ConfigureAwait(false);
        List<(string, string)> user = [];
        Add(user, "user", _connection.Username);
        Add(user, "password", _connection.Password);
        await SetAsync(connection, $"USER MAPPING FOR CURRENT_USER SERVER {Name}", $"pg_user_mappings, pg_options_to_table(umoptions) WHERE srvname = '{Name}' AND usename = current_user", user, cancellationToken).ConfigureAwait(false);
    }

    private List<(string Name, string Value)> ServerOptions(NpgsqlConnection connection, int efSearch)
    {
        List<(string, string)> options = [];
        Add(options, "host", _connection.Host);
        Add(options, "port", _connection.Port.ToString(CultureInfo.InvariantCulture));
        Add(options, "dbname", Database);
        Add(options, "sslmode", SslMode());
        Add(options, "sslrootcert", _connection.RootCertificate);
        Add(options, "connect_timeout", Math.Max(2, Math.Min(_connection.Timeout, 5)).ToString(CultureInfo.InvariantCulture));
        Add(options, "extensions", "vector");
        Add(options, "async_capable", "true");
        Add(options, "batch_size", RowsPerInsert.ToString(CultureInfo.InvariantCulture));
        Add(options, "fetch_size", "1000");

        // Rows that cross the network are dear: order and limit are then always pushed down. A cursor is read to its end, but the end is near.
        Add(options, "fdw_tuple_cost", "100");
        Add(options, "options", string.Create(CultureInfo.InvariantCulture, $"-c hnsw.ef_search={efSearch} -c hnsw.iterative_scan=strict_order -c cursor_tuple_fraction=0.001"));
        if (connection.PostgreSqlVersion.Major >= 15)
        {
            Add(options, "parallel_commit", "true");
        }

        return options;
    }

    private string SslMode() => _connection.SslMode switch
    {
        Npgsql.SslMode.VerifyCA => "verify-ca",
        Npgsql.SslMode.VerifyFull => "verify-full",
        var mode => mode.ToString().ToLowerInvariant(),
    };

    // Utility statements take no parameters: the values travel as settings of the transaction.
    private static async Task SetAsync(NpgsqlConnection connection, string target, string existing, List<(string Name, string Value)> options, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (name, value) in options)
        {
            var alter =
                $"""
                DO $$ BEGIN
                    EXECUTE format('ALTER {target} OPTIONS (%s {name} %L)', CASE WHEN EXISTS (SELECT FROM {existing} AND option_name = '{name}') THEN 'SET' ELSE 'ADD' END, current_setting('covr.option'));
                END $$
                """;
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT set_config('covr.option', $1, true)") { Parameters = { new() { Value = value } } });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(alter));
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT set_config('covr.option', '', true)"));
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Add(List<(string, string)> options, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            options.Add((name, value));
        }
    }
}
