using System.Globalization;
using Npgsql;

namespace CoVR.PgVector.Sharding;

/// <summary>A partition of a gallery's items.</summary>
/// <param name="Table">Its table in the coordinator's database, quoted.</param>
/// <param name="Server">The foreign server that holds it; null for a partition in the coordinator itself.</param>
/// <param name="Address">Host, port and database, for messages.</param>
/// <param name="RemoteTable">Its table on that server, quoted.</param>
/// <param name="Share">Its share of the hash range, and so of the items.</param>
internal sealed record Shard(string Table, string? Server, string Address, string RemoteTable, double Share)
{
    // What the catalogs say, so that a partition which an administrator moved or split is found where it is.
    private const string Partitions =
        """
        SELECT format('%I.%I', n.nspname, c.relname), s.srvname,
            (SELECT format('%s:%s/%s', max(option_value) FILTER (WHERE option_name = 'host'), coalesce(max(option_value) FILTER (WHERE option_name = 'port'), '5432'),
                max(option_value) FILTER (WHERE option_name = 'dbname')) FROM pg_options_to_table(s.srvoptions)),
            (SELECT format('%I.%I', max(option_value) FILTER (WHERE option_name = 'schema_name'), max(option_value) FILTER (WHERE option_name = 'table_name'))
                FROM pg_options_to_table(f.ftoptions)),
            1.0::float8 / coalesce(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'modulus (\d+)')::integer, 1)
        FROM pg_inherits i
            JOIN pg_class c ON c.oid = i.inhrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_foreign_table f ON f.ftrelid = c.oid
            LEFT JOIN pg_foreign_server s ON s.oid = f.ftserver
        WHERE i.inhparent = $1::regclass
        ORDER BY 1
        """;

    /// <summary>The number of the gallery on that server.</summary>
    public int RemoteGallery => int.Parse(RemoteTable[(RemoteTable.LastIndexOf('_') + 1)..], CultureInfo.InvariantCulture);

    /// <summary>The partitions of a table; empty for a table without.</summary>
    public static async Task<IReadOnlyList<Shard>> ReadAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Partitions, connection) { Parameters = { new() { Value = table } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        List<Shard> shards = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var name = reader.GetString(0);
            var server = reader.IsDBNull(1) ? null : reader.GetString(1);
            shards.Add(new Shard(name, server, server is null ? "this server" : reader.GetString(2), server is null ? name : reader.GetString(3), reader.GetDouble(4)));
        }

        return shards;
    }

    /// <summary>The shard whose server cannot be reached, by PostgreSQL's message; null for other faults.</summary>
    public static Shard? FindLost(IReadOnlyList<Shard> shards, PostgresException fault) =>
        fault.SqlState == PostgresErrorCodes.SqlClientUnableToEstablishSqlConnection
            ? shards.FirstOrDefault(shard => shard.Server is not null && fault.MessageText.Contains($"\"{shard.Server}\"", StringComparison.Ordinal))
            : null;
}
