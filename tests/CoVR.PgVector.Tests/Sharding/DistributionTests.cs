using CoVR.Conformance;
using CoVR.PgVector.Search;
using CoVR.PgVector.Storage;
using CoVR.Retrieval;
using CoVR.TestSupport;
using CoVR.TestSupport.Postgres;
using Npgsql;

namespace CoVR.PgVector.Tests.Sharding;

/// <summary>Galleries that are moved to three servers, of which one may be lost.</summary>
public sealed class DistributionTests
{
    private const int Items = 900;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly EmbeddingFingerprint Fingerprint = new("model", new string('0', 64), "none", 1, 16);

    public static TheoryData<string, GalleryFilter?> Filters => new()
    {
        { "none", null },
        { "kind", new GalleryFilter.OfKind(MediaKind.Video) },
        { "not kind", !new GalleryFilter.OfKind(MediaKind.Video) },
        { "folder", new GalleryFilter.InFolder("a") },
        { "times", new GalleryFilter.Taken(DateTimeOffset.UnixEpoch, null) & !new GalleryFilter.Modified(null, DateTimeOffset.UnixEpoch) },
        { "camera", new GalleryFilter.FromCamera("canon") | new GalleryFilter.WithLocation() },
        { "tag", !(new GalleryFilter.HasTag("even") & new GalleryFilter.OwnedBy("me")) },
        { "metadata", new GalleryFilter.HasMetadata("key", "value") | new GalleryFilter.HasMetadata("other", null) },
    };

    [Fact]
    public async Task DistributeAsync_GalleryWithItems_MovesEachToItsServer()
    {
        var databases = await ShardedDatabases.SharedAsync();
        await using var gallery = await FilledAsync(databases, new PostgresGalleryOptions());
        GalleryEntry[] before = [.. await gallery.GetAsync([.. Entries().Select(entry => entry.Id)], Cancel)];

        await gallery.DistributeAsync(databases.Servers, Cancel);

        Assert.Equal(Items, await gallery.CountAsync(cancellationToken: Cancel));
        var after = await gallery.GetAsync([.. before.Select(entry => entry.Id)], Cancel);
        Assert.Equal(before.Select(entry => (entry.Id, entry.Properties)), after.Select(entry => (entry.Id, entry.Properties)));
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First.Embedding.Values.ToArray(), pair.Second.Embedding.Values.ToArray()));
        var parts = await Task.WhenAll(databases.Servers.Select(server => CountAsync(server, gallery)));
        Assert.Equal(Items, parts.Sum());
        Assert.All(parts, part => Assert.InRange(part, Items / 5, Items / 2));
    }

    [Fact]
    public async Task SearchAsync_OnThreeServers_EqualsOne()
    {
        var databases = await ShardedDatabases.SharedAsync();
        await using var one = await FilledAsync(databases, new PostgresGalleryOptions());
        await using var three = await FilledAsync(databases, new PostgresGalleryOptions());
        await three.DistributeAsync(databases.Servers, Cancel);
        GalleryQuery[] queries =
        [
            new(Vector(-1), new SearchOptions { Top = 20 }),
            new(Vector(-2), new SearchOptions { Top = 5, Offset = 40, Filter = new GalleryFilter.HasTag("even") }),
            new(Vector(-3), new SearchOptions { Filter = !new GalleryFilter.OfKind(MediaKind.Video), Exclude = new HashSet<MediaId> { new("a/0"), new("a/2") } }),
        ];

        var (expected, actual) = (await one.SearchAsync(queries, Cancel), await three.SearchAsync(queries, Cancel));

        Assert.All(expected.Zip(actual), pair => Assert.Equal((pair.First.Hits, pair.First.Candidates, pair.First.IsExact, 1.0), (pair.Second.Hits, pair.Second.Candidates, pair.Second.IsExact, pair.Second.SearchedShare), Compare));
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Search_WithAnyFilter_IsCarriedOutByTheServers(string name, GalleryFilter? filter)
    {
        var databases = await ShardedDatabases.SharedAsync();
        var options = new PostgresGalleryOptions();
        await using var gallery = await FilledAsync(databases, options);
        await gallery.DistributeAsync(databases.Servers, Cancel);
        await Task.WhenAll(databases.Servers.Select(server => PretendToBeLargeAsync(server, gallery)));
        await gallery.BuildIndexAsync(Cancel);
        await using var connection = await databases.Source.OpenConnectionAsync(Cancel);
        var row = (await GallerySchema.FindAsync(connection, name, Fingerprint, options, Cancel))!;

        foreach (var index in new PostgresIndex?[] { PostgresIndex.Half, null })
        {
            var plan = await ExplainAsync(connection, new SearchStatement(Vector(-1), filter, [ItemKey.Of(new MediaId("a/0"))]).ToCommand(row, index, 10, withTokens: true));
            var remote = plan.Where(line => line.Contains("Remote SQL", StringComparison.Ordinal)).ToArray();
            Assert.Equal(3, remote.Length);
            Assert.All(remote, sql => Assert.True(sql.Contains(" ORDER BY ", StringComparison.Ordinal) && sql.Contains(" LIMIT 10", StringComparison.Ordinal), string.Join(Environment.NewLine, plan)));
            Assert.Equal(3, plan.Count(line => line.Contains("Async Foreign Scan", StringComparison.Ordinal)));
            Assert.DoesNotContain(plan, line => line.Contains(" Filter:", StringComparison.Ordinal));
        }

        var count = await ExplainAsync(connection, new SearchStatement(Vector(-1), filter, []).ToCount(row));
        Assert.Equal(3, count.Count(line => line.Contains("Remote SQL: SELECT count(*)", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task BuildIndexAsync_OnThreeServers_BuildsEachPart()
    {
        var databases = await ShardedDatabases.SharedAsync();
        await using var gallery = await FilledAsync(databases, new PostgresGalleryOptions { ExactBelow = 0 });
        await gallery.DistributeAsync(databases.Servers, Cancel);

        await gallery.BuildIndexAsync(Cancel);

        foreach (var server in databases.Servers)
        {
            await using var source = NpgsqlDataSource.Create(server);
            Assert.Equal(1L, await source.ScalarAsync($"SELECT count(*) FROM pg_indexes i JOIN covr.galleries g ON i.tablename = 'items_' || g.id WHERE g.name = '{NameOf(gallery)}' AND indexdef LIKE '%hnsw%'"));
        }

        Assert.InRange((await gallery.MeasureRecallAsync(30, 10, Cancel)).Value, 0.95, 1);
        var result = Assert.Single(await gallery.SearchAsync([new GalleryQuery(Vector(-1), SearchOptions.Default)], Cancel));
        Assert.False(result.IsExact);
        Assert.NotNull(result.Recall);
    }

    [Fact]
    public async Task UpsertAndRemove_OnThreeServers_ReplaceAndCount()
    {
        var databases = await ShardedDatabases.SharedAsync();
        await using var gallery = await FilledAsync(databases, new PostgresGalleryOptions());
        await gallery.DistributeAsync(databases.Servers, Cancel);

        await gallery.UpsertAsync([.. Entries().Take(50).Select(entry => entry with { Properties = new GalleryProperties { Owner = "new" } }), new GalleryEntry(new MediaId("new"), Vector(-9))], Cancel);
        Assert.Equal(10, await gallery.RemoveAsync([.. Entries().TakeLast(10).Select(entry => entry.Id), new MediaId("unknown")], Cancel));

        Assert.Equal(Items + 1 - 10, await gallery.CountAsync(cancellationToken: Cancel));
        Assert.Equal(Items + 1 - 10, await gallery.CountAsync(new GalleryFilter.All([]), Cancel));
        Assert.Equal(50, await gallery.CountAsync(new GalleryFilter.OwnedBy("new"), Cancel));
    }

    [Fact]
    public async Task DistributeAsync_ServersThatCannotHoldItems_AreRefusedWithoutSecrets()
    {
        var databases = await ShardedDatabases.SharedAsync();
        await using var gallery = await FilledAsync(databases, new PostgresGalleryOptions());
        var away = new NpgsqlConnectionStringBuilder(databases.Servers[0]) { Port = 1, Password = "hidden" }.ConnectionString;

        foreach (var (servers, message) in new (string[], string)[]
        {
            (["Host=a;Password=hidden;Nonsense=1"], "server 1 cannot be read"),
            (["Password=hidden"], "names no host"),
            ([databases.Coordinator], "named twice, or is that of the gallery itself"),
            ([databases.Servers[0], databases.Servers[0]], "named twice"),
            ([databases.Servers[0], away], ":1/"),
        })
        {
            var fault = await Assert.ThrowsAsync<GalleryException>(async () => await gallery.DistributeAsync(servers, Cancel));
            Assert.Contains(message, fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hidden", fault.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(Items, await gallery.CountAsync(new GalleryFilter.All([]), Cancel));
        await gallery.DistributeAsync(databases.Servers, Cancel);
        Assert.Contains("already", (await Assert.ThrowsAsync<GalleryException>(async () => await gallery.DistributeAsync(databases.Servers, Cancel))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Partition_SplitByAnAdministrator_IsFoundWhereItIs()
    {
        var databases = await ShardedDatabases.SharedAsync();
        var options = new PostgresGalleryOptions();
        await using var gallery = await FilledAsync(databases, options);
        await gallery.DistributeAsync(databases.Servers, Cancel);
        await using var added = await (await PostgresServer.ThreeAsync())[0].CreateDatabaseAsync();
        await using var part = new PostgresGallery(added.ConnectionString, Fingerprint, new PostgresGalleryOptions { Name = options.Name });
        await part.CreateAsync(Cancel);
        var place = new NpgsqlConnectionStringBuilder(added.ConnectionString);
        var table = (string)(await databases.Source.ScalarAsync($"SELECT 'covr.items_' || id FROM covr.galleries WHERE name = '{options.Name}'"))!;
        var page = await File.ReadAllTextAsync(Path.Combine(TestFolders.Repository, "docs", "scaling.md"), Cancel);
        await databases.Source.ScalarAsync(
            $"""
            CREATE SERVER new FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{place.Host}', port '{place.Port}', dbname '{place.Database}', extensions 'vector', async_capable 'true');
            CREATE USER MAPPING FOR CURRENT_USER SERVER new OPTIONS (user '{place.Username}', password '{place.Password}');
            """);

        // The statements of the page, for this gallery's table; the new database's only gallery has the table that they name.
        await databases.Source.ScalarAsync(page.Split("```sql")[1].Split("```")[0].Replace("covr.items_1", table, StringComparison.Ordinal));

        await using var opened = new PostgresGallery(databases.Source, Fingerprint, options);
        Assert.InRange(await part.CountAsync(new GalleryFilter.All([]), Cancel), Items / 10, Items / 4);
        var result = Assert.Single(await opened.SearchAsync([new GalleryQuery(Vector(-1), new SearchOptions { Top = Items })], Cancel));
        Assert.Equal((Items, 1.0), (result.Hits.Count, result.SearchedShare));
        await opened.UpsertAsync([.. Entries()], Cancel);
        Assert.Equal(Items, await opened.CountAsync(new GalleryFilter.All([]), Cancel));
    }

    [Fact]
    public async Task Search_ServerLost_IsAnErrorThatNamesItOrAnAnswerOfTheRest()
    {
        await using var lost = await PostgresServer.StartAsync(isDurable: true);
        var shared = await PostgresServer.ThreeAsync();
        var databases = await ShardedDatabases.CreateAsync([shared[0], shared[1], lost]);
        var options = new PostgresGalleryOptions { Retries = 1 };
        await using var gallery = await FilledAsync(databases, options);
        await gallery.DistributeAsync(databases.Servers, Cancel);
        await using var partial = new PostgresGallery(databases.Source, Fingerprint, new PostgresGalleryOptions { Name = options.Name, AllowPartialResults = true });
        GalleryQuery[] queries = [new(Vector(-1), new SearchOptions { Top = Items })];
        Assert.Equal((Items, 1.0), ((await partial.SearchAsync(queries, Cancel))[0].Hits.Count, (await partial.SearchAsync(queries, Cancel))[0].SearchedShare));

        await lost.KillAsync();

        var fault = await Assert.ThrowsAsync<GalleryException>(async () => await gallery.SearchAsync(queries, Cancel));
        var address = new NpgsqlConnectionStringBuilder(databases.Servers[2]);
        Assert.Contains($"{address.Host}:{address.Port}/{address.Database}", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(address.Password!, fault.ToString(), StringComparison.Ordinal);
        var answer = Assert.Single(await partial.SearchAsync(queries, Cancel));
        Assert.Equal(0.667, answer.SearchedShare, 0.001);
        Assert.False(answer.IsExact);
        Assert.InRange(answer.Hits.Count, Items / 2, Items - 1);
        await Assert.ThrowsAsync<GalleryException>(async () => await partial.UpsertAsync([.. Entries()], Cancel));

        await lost.RestartAsync();

        Assert.Equal(Items, Assert.Single(await gallery.SearchAsync(queries, Cancel)).Hits.Count);
        Assert.Equal(Items, await gallery.CountAsync(new GalleryFilter.All([]), Cancel));
    }

    private static bool Compare((IReadOnlyList<SearchHit>, long, bool, double) one, (IReadOnlyList<SearchHit>, long, bool, double) other) =>
        one.Item1.SequenceEqual(other.Item1) && (one.Item2, one.Item3, one.Item4) == (other.Item2, other.Item3, other.Item4);

    private static async Task<PostgresGallery> FilledAsync(ShardedDatabases databases, PostgresGalleryOptions options)
    {
        (options.Name, options.CreateIfMissing) = (TestDatabase.NextName(), true);
        var gallery = new PostgresGallery(databases.Source, Fingerprint, options);
        await gallery.UpsertAsync([.. Entries()], Cancel);
        return gallery;
    }

    private static IEnumerable<GalleryEntry> Entries() => Enumerable.Range(0, Items).Select(number => new GalleryEntry(new MediaId($"{"abc"[number % 3]}/{number}"), Vector(number))
    {
        Properties = new GalleryProperties
        {
            Kind = number % 5 == 0 ? null : (MediaKind)(number % 2),
            Tags = number % 2 == 0 ? ["even"] : [],
            Owner = number % 7 == 0 ? "me" : null,
            Camera = number % 3 == 0 ? "Canon" : null,
            HasLocation = number % 4 == 0 ? true : null,
            Taken = number % 6 == 0 ? null : DateTimeOffset.UnixEpoch.AddDays(number),
            Metadata = new Dictionary<string, string> { ["key"] = number % 2 == 0 ? "value" : "none" },
        },
    });

    private static EmbeddingSet Vector(int seed)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, Fingerprint.Dimensions).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var length = MathF.Sqrt(values.Sum(value => value * value));
        return new EmbeddingSet(Array.ConvertAll(values, value => value / length), 1, Fingerprint.Dimensions);
    }

    private static string NameOf(PostgresGallery gallery) => gallery.GetInfoAsync(Cancel).AsTask().GetAwaiter().GetResult().Name.Split(" in ")[0];

    private static async Task<long> CountAsync(string server, PostgresGallery gallery)
    {
        await using var source = NpgsqlDataSource.Create(server);
        var id = await source.ScalarAsync($"SELECT id FROM covr.galleries WHERE name = '{NameOf(gallery)}'");
        return (long)(await source.ScalarAsync($"SELECT count(*) FROM covr.items_{id}"))!;
    }

    // Statistics as of 300 times as many items.
    private static async Task PretendToBeLargeAsync(string server, PostgresGallery gallery)
    {
        await using var source = NpgsqlDataSource.Create(server);
        var table = $"covr.items_{await source.ScalarAsync($"SELECT id FROM covr.galleries WHERE name = '{NameOf(gallery)}'")}";
        var columns = ((string)(await source.ScalarAsync($"SELECT pg_get_viewdef('{table}_sample'::regclass)"))!).Split("FROM")[0];
        await source.ScalarAsync($"CREATE OR REPLACE VIEW {table}_sample AS {columns} FROM {table}, generate_series(1, 300)");
    }

    private static async Task<List<string>> ExplainAsync(NpgsqlConnection connection, NpgsqlBatchCommand statement)
    {
        await using var command = new NpgsqlCommand($"EXPLAIN (VERBOSE, COSTS OFF) {statement.CommandText}", connection);
        foreach (NpgsqlParameter parameter in statement.Parameters)
        {
            command.Parameters.Add(parameter.Clone());
        }

        await using var reader = await command.ExecuteReaderAsync(Cancel);
        List<string> lines = [];
        while (await reader.ReadAsync(Cancel))
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }
}
