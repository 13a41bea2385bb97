using CoVR.TestSupport.Postgres;
using Npgsql;

namespace CoVR.PgVector.Tests;

/// <summary>One database for the galleries of all tests of this process, each of another name.</summary>
internal static class TestDatabase
{
    private static readonly Lazy<Task<NpgsqlDataSource>> Shared = new(async () => SourceOf((await (await PostgresServer.SharedAsync()).CreateDatabaseAsync()).ConnectionString));
    private static int _names;

    public static Task<NpgsqlDataSource> SourceAsync() => Shared.Value;

    public static string NextName() => $"gallery {Interlocked.Increment(ref _names)}";

    /// <summary>A gallery of a new name, which the test disposes.</summary>
    public static async Task<PostgresGallery> CreateAsync(EmbeddingFingerprint? fingerprint, PostgresGalleryOptions? options = null)
    {
        options ??= new PostgresGalleryOptions();
        (options.Name, options.CreateIfMissing) = (options.Name == "default" ? NextName() : options.Name, true);
        return new PostgresGallery(await SourceAsync(), fingerprint, options);
    }

    public static NpgsqlDataSource SourceOf(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UseVector();
        return builder.Build();
    }

    public static async Task<object?> ScalarAsync(this NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
