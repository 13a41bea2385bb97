using System.Diagnostics;
using CoVR.PgVector;

namespace CoVR.Benchmarks;

/// <summary>Times a gallery on several PostgreSQL servers in turn with one server that holds the share of one of them. <c>COVR_POSTGRES</c> names the coordinator's database.</summary>
internal static class ShardsCommand
{
    public const string Name = "postgres-shards";
    private const int D = 256;
    private const int Batch = 10_000;

    /// <summary>Runs one step.</summary>
    /// <param name="args"><c>make</c>, the number of items and a file with one connection string a line; then <c>query</c> and the number of queries.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var connection = Environment.GetEnvironmentVariable("COVR_POSTGRES") ?? throw new ArgumentException("COVR_POSTGRES must name a database, such as Host=localhost;Database=bench.");
        return args switch
        {
            ["make", var items, var servers] => await MakeAsync(connection, int.Parse(items, null), [.. (await File.ReadAllLinesAsync(servers)).Where(line => line.Length > 0)]),
            ["query", var queries] => await QueryAsync(connection, int.Parse(queries, null)),
            _ => throw new ArgumentException("postgres-shards make ITEMS SERVERS, or postgres-shards query QUERIES."),
        };
    }

    private static async Task<int> MakeAsync(string connection, int items, string[] servers)
    {
        await using var share = await MadeAsync(connection, "share", items / servers.Length);
        await using var one = await MadeAsync(connection, "one", items);
        await using var many = await MadeAsync(connection, "many", items);
        await TimedAsync($"moving {items} items to {servers.Length} servers", many.DistributeAsync(servers));
        await TimedAsync("index of the share", share.BuildIndexAsync());
        await TimedAsync("index of all on one server", one.BuildIndexAsync());
        await TimedAsync($"index of all on {servers.Length} servers", many.BuildIndexAsync());
        return 0;
    }

    private static async Task<int> QueryAsync(string connection, int count)
    {
        EmbeddingSet[] queries = [.. Enumerable.Range(0, count).Select(i => new EmbeddingSet(SearchCommand.Draw(new Random(-1 - i), clustered: true), 1, D))];
        await CompareAsync("by HNSW", queries, Open(connection, "share"), Open(connection, "one"), Open(connection, "many"));
        await CompareAsync("all compared", queries, Exact(connection, "share"), Exact(connection, "one"), Exact(connection, "many"));
        foreach (var name in new[] { "share", "one", "many" })
        {
            await using var gallery = Open(connection, name);
            Console.WriteLine($"{name}: {await gallery.MeasureRecallAsync(100)}");
        }

        return 0;
    }

    private static PostgresGallery Open(string connection, string name, int exactBelow = 0) =>
        new(connection, new EmbeddingFingerprint("made", "", "", 1, D), new PostgresGalleryOptions { Name = name, CreateIfMissing = true, ExactBelow = exactBelow });

    private static PostgresGallery Exact(string connection, string name) => Open(connection, name, int.MaxValue);

    private static async Task<PostgresGallery> MadeAsync(string connection, string name, int items)
    {
        var gallery = Open(connection, name);
        var random = new Random(1);
        for (var first = await gallery.CountAsync(); first < items; first += Batch)
        {
            await gallery.UpsertAsync([.. Enumerable.Range((int)first, (int)Math.Min(Batch, items - first)).Select(i => new GalleryEntry(new MediaId($"item-{i}"), new EmbeddingSet(SearchCommand.Draw(random, clustered: true), 1, D)))]);
        }

        return gallery;
    }

    private static async Task TimedAsync(string what, ValueTask work)
    {
        var start = Stopwatch.GetTimestamp();
        await work;
        Console.WriteLine(FormattableString.Invariant($"{what}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s"));
    }

    /// <summary>Each query asks all three in turn; what is compared are the times of the same query.</summary>
    private static async Task CompareAsync(string what, EmbeddingSet[] queries, PostgresGallery share, PostgresGallery one, PostgresGallery many)
    {
        List<(double Share, double One, double Many)> times = [];
        var (same, common) = (0, 0);
        for (var i = -20; i < queries.Length; i++)
        {
            var query = new GalleryQuery(queries[Math.Abs(i) % queries.Length], SearchOptions.Default);
            var (a, b, c) = (await AskAsync(share, query), await AskAsync(one, query), await AskAsync(many, query));
            if (i >= 0)
            {
                times.Add((a.Milliseconds, b.Milliseconds, c.Milliseconds));
                var ids = b.Result.Hits.Select(hit => hit.Id).ToArray();
                same += ids.SequenceEqual(c.Result.Hits.Select(hit => hit.Id)) ? 1 : 0;
                common += ids.Intersect(c.Result.Hits.Select(hit => hit.Id)).Count();
            }
        }

        double[] ratios = [.. times.Select(time => time.Many / time.Share).Order()];
        Console.WriteLine(FormattableString.Invariant(
            $"{what}: share {Median(times.Select(time => time.Share)):F2} ms, all on one {Median(times.Select(time => time.One)):F2} ms, all on many {Median(times.Select(time => time.Many)):F2} ms; many / share {ratios[ratios.Length / 2]:F2} (quartiles {ratios[ratios.Length / 4]:F2} to {ratios[ratios.Length * 3 / 4]:F2}); same hits in {same} of {times.Count} queries, {(double)common / (10 * times.Count):P2} of all hits"));
        foreach (var gallery in new[] { share, one, many })
        {
            await gallery.DisposeAsync();
        }
    }

    private static async Task<(SearchResult Result, double Milliseconds)> AskAsync(PostgresGallery gallery, GalleryQuery query)
    {
        var start = Stopwatch.GetTimestamp();
        var result = (await gallery.SearchAsync([query]))[0];
        return (result, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
