using CoVR.TestSupport.Postgres;
using Npgsql;

namespace CoVR.PgVector.Tests;

/// <summary>What the tests of this project stand on: servers with pgvector that can be killed.</summary>
public sealed class PostgresServerTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateDatabaseAsync_SharedServer_HasTheExtension()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();

        Assert.Equal(-11f, await ScalarAsync(database.ConnectionString, "CREATE EXTENSION vector; SELECT ('[1,2]'::vector <#> '[3,4]')::real"));
    }

    [Fact]
    public async Task RestartAsync_KilledServer_KeepsWhatWasCommitted()
    {
        await using var server = await PostgresServer.StartAsync(isDurable: true);
        await ScalarAsync(server.ConnectionString, "CREATE TABLE kept AS SELECT 7 AS value");

        await server.KillAsync();

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ScalarAsync(server.ConnectionString, "SELECT 1"));
        await server.RestartAsync();
        Assert.Equal(7, await ScalarAsync(server.ConnectionString, "SELECT value FROM kept"));
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancel);
    }
}
