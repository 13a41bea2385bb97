using CoVR.TestSupport.Postgres;
using Npgsql;
using static CoVR.PgVector.Tests.SampleItems;

namespace CoVR.PgVector.Tests;

/// <summary>Databases, servers and connections that are not as they should be: each error names the thing and the remedy.</summary>
public sealed class PostgresFailureTests
{
    private const string Extension = "CREATE EXTENSION vector;";
    private const string Schema = "CREATE SCHEMA covr; CREATE TABLE covr.schema_version (version integer NOT NULL);";

    [Theory]
    [InlineData("", "no extension 'vector'", "CREATE EXTENSION vector")]
    [InlineData(Extension, "no schema 'covr'", nameof(PostgresGallery.CreateAsync))]
    [InlineData(Extension + "CREATE SCHEMA covr", "not one of this package", "another database")]
    [InlineData(Extension + Schema + "INSERT INTO covr.schema_version VALUES (0)", "has version 0", "migrate")]
    [InlineData(Extension + Schema + "INSERT INTO covr.schema_version VALUES (7)", "has version 7", "Update the package")]
    public async Task GetInfoAsync_OfADatabaseThatDoesNotFit_SaysWhatToDo(string prepared, string fault, string remedy)
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = TestDatabase.SourceOf(database.ConnectionString);
        await source.ScalarAsync($"SELECT 1; {prepared}");
        await using var gallery = new PostgresGallery(source, Fingerprint);
        var error = await Assert.ThrowsAsync<GalleryException>(() => gallery.GetInfoAsync(Token).AsTask());
        Assert.Contains(fault, error.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Reason, StringComparison.Ordinal);
        Assert.Contains(new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!, error.Gallery, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Schema + "INSERT INTO covr.schema_version VALUES (0)", true)]
    [InlineData(Schema + "INSERT INTO covr.schema_version VALUES (7)", false)]
    [InlineData("CREATE SCHEMA covr", false)]
    public async Task CreateAsync_OfAnotherSchema_MigratesAnOlderOneAndRefusesOthers(string prepared, bool migrates)
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = TestDatabase.SourceOf(database.ConnectionString);
        await source.ScalarAsync($"SELECT 1; {prepared}");
        await using var gallery = new PostgresGallery(source, Fingerprint);
        if (migrates)
        {
            await gallery.CreateAsync(Token);
            await gallery.CreateAsync(Token);
            await gallery.UpsertAsync(Numbered(2), Token);
            Assert.Equal(2, (await gallery.SearchAsync(Item(1))).Hits.Count);
        }
        else
        {
            await Assert.ThrowsAsync<GalleryException>(() => gallery.CreateAsync(Token).AsTask());
            Assert.Null(await source.ScalarAsync("SELECT to_regclass('covr.galleries')::text") as string);
        }
    }

    [Fact]
    public async Task GetInfoAsync_OfAGalleryThatIsNotThere_SaysSo()
    {
        await using (var other = await TestDatabase.CreateAsync(Fingerprint))
        {
            await other.CreateAsync(Token);
        }

        await using var gallery = new PostgresGallery(await TestDatabase.SourceAsync(), Fingerprint, new PostgresGalleryOptions { Name = "it's \"nowhere\"" });
        Assert.Contains("it's \"nowhere\"", (await Assert.ThrowsAsync<GalleryException>(() => gallery.GetInfoAsync(Token).AsTask())).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetInfoAsync_WithAnotherPooling_IsRefused()
    {
        var name = TestDatabase.NextName();
        await using (var made = await TestDatabase.CreateAsync(Fingerprint, new PostgresGalleryOptions { Name = name }))
        {
            await made.CreateAsync(Token);
        }

        await using var other = await TestDatabase.CreateAsync(Fingerprint, new PostgresGalleryOptions { Name = name, Pooling = Retrieval.FramePoolings.Middle });
        Assert.Contains("'middle'", (await Assert.ThrowsAsync<GalleryException>(() => other.GetInfoAsync(Token).AsTask())).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetInfoAsync_WithADataSourceWithoutVectors_SaysUseVector()
    {
        await using var source = NpgsqlDataSource.Create((await TestDatabase.SourceAsync()).ConnectionString + $";Password={await PasswordAsync()}");
        await using var gallery = new PostgresGallery(source, Fingerprint, new PostgresGalleryOptions { Name = TestDatabase.NextName(), CreateIfMissing = true });
        Assert.Contains("UseVector()", (await Assert.ThrowsAsync<GalleryException>(() => gallery.GetInfoAsync(Token).AsTask())).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Password=wrong-secret", "user or the password")]
    [InlineData("Database=nowhere", "no such database")]
    [InlineData("Port=1;Timeout=3", "does not answer")]
    public async Task AnyCall_WithAWrongConnection_NamesServerAndDatabaseAndNoPassword(string change, string fault)
    {
        var changed = new NpgsqlConnectionStringBuilder((await PostgresServer.SharedAsync()).ConnectionString + ";" + change);
        await using var gallery = new PostgresGallery(changed.ConnectionString, Fingerprint, new PostgresGalleryOptions { Retries = 0 });
        var error = await Assert.ThrowsAsync<GalleryException>(() => gallery.CountAsync(cancellationToken: Token).AsTask());
        Assert.Contains(fault, error.Reason, StringComparison.Ordinal);
        Assert.Equal($"default in {changed.Host}:{changed.Port}/{changed.Database}", error.Gallery);
        Assert.DoesNotContain(changed.Password!, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(5000)]
    public async Task BuildIndexAsync_OfTooManyDimensions_SaysWhatTheIndexHolds(int dimensions)
    {
        await using var gallery = await TestDatabase.CreateAsync(Of(dimensions));
        var error = await Assert.ThrowsAsync<GalleryException>(() => gallery.BuildIndexAsync(Token).AsTask());
        Assert.Contains(dimensions > 16_000 ? "at most 16,000" : "at most 4000", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpsertAsync_WithAServerProcessEndedDuringCopy_WritesNothing()
    {
        var source = await TestDatabase.SourceAsync();
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint, new PostgresGalleryOptions { Retries = 0 });
        await gallery.UpsertAsync(Numbered(2), Token);
        var table = await TableOfAsync(gallery);
        // A row that another transaction holds back lets COPY wait in its middle.
        await using var other = await source.OpenConnectionAsync(Token);
        await using var transaction = await other.BeginTransactionAsync(Token);
        await using (var insert = new NpgsqlCommand($"INSERT INTO {table} (key, id, embedding, frames, tags) SELECT $1, 'held', embedding, 1, tags FROM {table} LIMIT 1", other))
        {
            insert.Parameters.Add(new() { Value = Enumerable.Range(0, 500).Select(i => Storage.ItemKey.Of(Id(i))).Max() });
            await insert.ExecuteNonQueryAsync(Token);
        }

        var writing = gallery.UpsertAsync([.. Numbered(500).Select(entry => entry with { Embedding = Item(99) })], Token).AsTask();
        var waiting = $"SELECT pid FROM pg_stat_activity WHERE query LIKE 'COPY {table} %' AND wait_event_type = 'Lock'";
        object? pid = null;
        while (pid is null && !writing.IsCompleted)
        {
            pid = await source.ScalarAsync(waiting);
        }

        await source.ScalarAsync($"SELECT pg_terminate_backend({pid})");
        await Assert.ThrowsAsync<GalleryException>(() => writing);
        await transaction.RollbackAsync(Token);
        Assert.Equal([Id(0), Id(1)], await gallery.IdsAsync());
        Assert.Equal(Item(0).Values.ToArray(), (await ((IEmbeddingSource)gallery).ReadAsync(Id(0), Token))!.Values.ToArray());
        Assert.Equal(2, await gallery.CountAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task AnyCall_OfAUserWhoMayOnlyRead_ReadsAndSaysWhatItMayNot()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = TestDatabase.SourceOf(database.ConnectionString);
        await using var owner = new PostgresGallery(source, Fingerprint, new PostgresGalleryOptions { CreateIfMissing = true });
        await owner.UpsertAsync(Numbered(3), Token);
        var (role, password) = ($"reader_{Guid.NewGuid():N}", $"{Guid.NewGuid():N}");
        await source.ScalarAsync($"CREATE ROLE {role} LOGIN PASSWORD '{password}'; GRANT USAGE ON SCHEMA covr TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA covr TO {role}");
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = password }.ConnectionString;
        await using (var reader = new PostgresGallery(connection, Fingerprint, new PostgresGalleryOptions { CreateIfMissing = true }))
        {
            Assert.Equal(3, (await reader.SearchAsync(Item(1), new SearchOptions { Filter = new GalleryFilter.InFolder("") })).Hits.Count);
            var error = await Assert.ThrowsAsync<GalleryException>(() => reader.UpsertAsync(Numbered(1), Token).AsTask());
            Assert.Contains("may not", error.Reason, StringComparison.Ordinal);
            await Assert.ThrowsAsync<GalleryException>(() => reader.CreateAsync(Token).AsTask());
        }

        await source.ScalarAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [Fact]
    public void IsTransient_OfABrokenConnection_RepeatsItButNotWhatTookTooLong()
    {
        Assert.True(Storage.PostgresErrors.IsTransient(new NpgsqlException("", new IOException())));
        Assert.False(Storage.PostgresErrors.IsTransient(new NpgsqlException("", new TimeoutException())));
        Assert.False(Storage.PostgresErrors.IsTransient(new IOException()));
        Assert.Contains("Command Timeout", Storage.PostgresErrors.Of("here", new NpgsqlException("", new TimeoutException())).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchAsync_OfAGalleryThatWasDropped_SaysSo()
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint);
        await gallery.UpsertAsync(Numbered(2), Token);
        var table = await TableOfAsync(gallery);
        await (await TestDatabase.SourceAsync()).ScalarAsync($"DROP TABLE {table}; DELETE FROM covr.galleries WHERE id = {table.Split('_')[1]}");
        Assert.Contains("removed", (await Assert.ThrowsAsync<GalleryException>(() => gallery.SearchAsync(Item(1)))).Reason, StringComparison.Ordinal);
        Assert.Contains("missing", (await Assert.ThrowsAsync<GalleryException>(() => gallery.UpsertAsync(Numbered(1), Token).AsTask())).Reason, StringComparison.Ordinal);
    }

    internal static async Task<string> TableOfAsync(PostgresGallery gallery)
    {
        var name = (await gallery.GetInfoAsync(Token)).Name.Split(" in ")[0];
        return $"covr.items_{await (await TestDatabase.SourceAsync()).ScalarAsync($"SELECT id FROM covr.galleries WHERE name = '{name}'")}";
    }

    private static async Task<string?> PasswordAsync() => new NpgsqlConnectionStringBuilder((await PostgresServer.SharedAsync()).ConnectionString).Password;
}
