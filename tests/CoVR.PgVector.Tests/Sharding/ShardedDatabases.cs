using CoVR.TestSupport.Postgres;
using Npgsql;

namespace CoVR.PgVector.Tests.Sharding;

/// <summary>A database for galleries whose items are on three servers: the coordinator's, and one on each server.</summary>
internal sealed class ShardedDatabases
{
    private static readonly Lazy<Task<ShardedDatabases>> Shared = new(async () => await CreateAsync(await PostgresServer.ThreeAsync()));

    /// <summary>The coordinator.</summary>
    public required NpgsqlDataSource Source { get; init; }

    /// <summary>The connection string of the coordinator.</summary>
    public required string Coordinator { get; init; }

    /// <summary>Connection strings of the databases on the servers.</summary>
    public required string[] Servers { get; init; }

    /// <summary>Databases for all tests that leave the servers alone.</summary>
    public static Task<ShardedDatabases> SharedAsync() => Shared.Value;

    public static async Task<ShardedDatabases> CreateAsync(IReadOnlyList<PostgresServer> servers)
    {
        var coordinator = (await (await PostgresServer.SharedAsync()).CreateDatabaseAsync()).ConnectionString;
        return new()
        {
            Coordinator = coordinator,
            Source = TestDatabase.SourceOf(coordinator),
            Servers = [.. (await Task.WhenAll(servers.Select(server => server.CreateDatabaseAsync()))).Select(database => database.ConnectionString)],
        };
    }

    /// <summary>A gallery on all servers, which the test disposes.</summary>
    public async Task<PostgresGallery> CreateGalleryAsync(EmbeddingFingerprint fingerprint, PostgresGalleryOptions options)
    {
        options.CreateIfMissing = true;
        var gallery = new PostgresGallery(Source, fingerprint, options);
        await gallery.DistributeAsync(Servers);
        return gallery;
    }
}
