using Npgsql;

namespace CoVR.PgVector.Sharding;

/// <summary>Connections from the coordinator to its shards by <c>dblink</c>, with the credentials of the user mappings: for what foreign tables cannot do.</summary>
internal sealed class ShardConnections : IAsyncDisposable
{
    private readonly NpgsqlConnection _coordinator;
    private readonly IReadOnlyList<Shard> _shards;

    private ShardConnections(NpgsqlConnection coordinator, IReadOnlyList<Shard> shards) => (_coordinator, _shards) = (coordinator, shards);

    /// <summary>Connects to each shard that is on another server.</summary>
    public static async Task<ShardConnections> OpenAsync(NpgsqlConnection coordinator, IReadOnlyList<Shard> shards, CancellationToken cancellationToken)
    {
        var connections = new ShardConnections(coordinator, [.. shards.Where(shard => shard.Server is not null)]);
        foreach (var shard in connections._shards)
        {
            await connections.CallAsync("SELECT dblink_connect($1, $2)", cancellationToken, NameOf(shard), shard.Server!).ConfigureAwait(false);
        }

        return connections;
    }

    /// <summary>Runs a statement on each shard, on all at the same time.</summary>
    /// <param name="statement">The statement for a shard.</param>
    /// <param name="cancellationToken">Ends the wait; statements that run go on.</param>
    public async Task RunAsync(Func<Shard, string> statement, CancellationToken cancellationToken)
    {
        foreach (var shard in _shards)
        {
            await CallAsync("SELECT dblink_send_query($1, $2)", cancellationToken, NameOf(shard), statement(shard)).ConfigureAwait(false);
        }

        foreach (var shard in _shards)
        {
            // One result for each statement, then an empty one.
            while (await CallAsync("SELECT * FROM dblink_get_result($1) AS (status text)", cancellationToken, NameOf(shard)).ConfigureAwait(false))
            {
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var shard in _shards)
        {
            if (_coordinator.State == System.Data.ConnectionState.Open)
            {
                await CallAsync("SELECT dblink_disconnect($1) WHERE $1 = ANY (dblink_get_connections())", CancellationToken.None, NameOf(shard)).ConfigureAwait(false);
            }
        }
    }

    private static string NameOf(Shard shard) => $"covr {shard.Table}";

    private async Task<bool> CallAsync(string sql, CancellationToken cancellationToken, params string[] values)
    {
        await using var command = new NpgsqlCommand(sql, _coordinator) { CommandTimeout = 0 };
        Array.ForEach(values, value => command.Parameters.Add(new() { Value = value }));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
    }
}
