using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using CoVR.PgVector;
using Npgsql;
using Pgvector;

namespace CoVR.Benchmarks;

/// <summary>Times a gallery in PostgreSQL step by step: load, index, query. <c>COVR_POSTGRES</c> names the database.</summary>
internal static class PostgresCommand
{
    public const string Name = "postgres";
    private const int D = 256;
    private const int Batch = 10_000;
    private static readonly double[] Shares = [1, 10, 50];

    /// <summary>Runs one step.</summary>
    /// <param name="args"><c>load</c>, the number of items and the intrinsic dimensions of their vectors; <c>index</c> and its kind; <c>query</c>, the kind, the number of queries, and how far they lie from items.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var connection = Environment.GetEnvironmentVariable("COVR_POSTGRES") ?? throw new ArgumentException("COVR_POSTGRES must name a database, such as Host=localhost;Database=bench.");
        return args switch
        {
            ["load", var items, var intrinsic] => await LoadAsync(connection, int.Parse(items, null), new ClusteredVectors(int.Parse(intrinsic, null))),
            ["index", var kind] => await IndexAsync(connection, Enum.Parse<PostgresIndex>(kind, ignoreCase: true)),
            ["query", var kind, var queries, .. var noise] => await QueryAsync(
                connection, Enum.Parse<PostgresIndex>(kind, ignoreCase: true), int.Parse(queries, null), noise is [var size] ? float.Parse(size, CultureInfo.InvariantCulture) : 0.02f),
            _ => throw new ArgumentException("postgres load ITEMS INTRINSIC, postgres index KIND, or postgres query KIND QUERIES [NOISE]."),
        };
    }

    private static PostgresGallery Open(string connection, PostgresGalleryOptions? options = null)
    {
        options ??= new PostgresGalleryOptions();
        options.CreateIfMissing = true;
        return new PostgresGallery(connection, new EmbeddingFingerprint("made", "", "", 1, D), options);
    }

    /// <summary>Clustered unit vectors; the time to make them does not count.</summary>
    private static async Task<int> LoadAsync(string connection, int items, ClusteredVectors vectors)
    {
        await using var gallery = Open(connection);
        await gallery.CreateAsync();
        var random = new Random(1);
        var watch = new Stopwatch();
        for (var first = 0; first < items; first += Batch)
        {
            GalleryEntry[] entries = [.. Enumerable.Range(first, Math.Min(Batch, items - first)).Select(i => Made(i, random, vectors))];
            watch.Start();
            await gallery.UpsertAsync(entries);
            watch.Stop();
        }

        Console.WriteLine(FormattableString.Invariant($"load of {items} x {D} in batches of {Batch}: {watch.Elapsed.TotalSeconds:F1} s, {items / watch.Elapsed.TotalSeconds:F0} items a second"));
        return 0;
    }

    private static GalleryEntry Made(int i, Random random, ClusteredVectors vectors)
    {
        var values = vectors.Draw(random);
        var draw = random.NextDouble() * 100;
        return new GalleryEntry(new MediaId($"item-{i}"), new EmbeddingSet(values, 1, D)) { Properties = new GalleryProperties { Tags = [.. Shares.Where(share => draw < share).Select(Tag)] } };
    }

    private static async Task<int> IndexAsync(string connection, PostgresIndex kind)
    {
        await using var gallery = Open(connection, new PostgresGalleryOptions { Index = kind });
        var start = Stopwatch.GetTimestamp();
        await gallery.BuildIndexAsync();
        await using var source = NpgsqlDataSource.Create(connection);
        await using var size = source.CreateCommand("SELECT string_agg(indexrelname || ' ' || pg_size_pretty(pg_relation_size(indexrelid)), ', ') FROM pg_stat_user_indexes WHERE schemaname = 'covr' AND relname LIKE 'items%'");
        Console.WriteLine(FormattableString.Invariant($"index {kind}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s; {await size.ExecuteScalarAsync()}"));
        return 0;
    }

    private static async Task<int> QueryAsync(string connection, PostgresIndex kind, int count, float noise)
    {
        await using var exact = Open(connection, new PostgresGalleryOptions { Index = kind, ExactBelow = int.MaxValue });
        var items = await exact.GetAsync([.. Enumerable.Range(0, count).Select(i => new MediaId($"item-{i * 97}"))]);
        EmbeddingSet[] queries = [.. items.Select((item, i) => Near(item.Embedding, noise, new Random(-1 - i)))];
        var (truth, scan) = await AskAsync(exact, queries, null);
        Console.WriteLine(FormattableString.Invariant($"exact scan, median {scan:F1} ms; {count} queries"));
        if (kind == PostgresIndex.Half)
        {
            await MeasureBareAsync(connection, queries, ef: 100);
        }

        foreach (var (ef, shortlist) in kind == PostgresIndex.Binary ? new[] { (40, 100), (40, 200), (40, 400), (40, 1000) } : [(40, 1000), (100, 1000), (200, 1000), (400, 1000)])
        {
            await using var gallery = Open(connection, new PostgresGalleryOptions { Index = kind, EfSearch = ef, Shortlist = shortlist });
            Report($"{kind}, ef_search {ef}{(kind == PostgresIndex.Binary ? $", shortlist {shortlist}" : "")}", truth, await AskAsync(gallery, queries, null));
        }

        await using var filtered = Open(connection, new PostgresGalleryOptions { Index = kind });
        foreach (var share in Shares)
        {
            var filter = new GalleryFilter.HasTag(Tag(share));
            var some = queries[..Math.Min(50, count)];
            var (best, _) = await AskAsync(exact, some, filter);
            Report($"filter that {share} % pass", best, await AskAsync(filtered, some, filter));
        }

        return 0;
    }

    /// <summary>A vector beside an item, as composed queries are: with noise 0.02 in each dimension the cosine of both is 0.95.</summary>
    private static EmbeddingSet Near(EmbeddingSet item, float noise, Random random)
    {
        var values = Array.ConvertAll(item.Values.ToArray(), value => value + (noise * SearchCommand.Normal(random)));
        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        return new EmbeddingSet(values, 1, D);
    }

    private static void Report(string what, SearchResult[] truth, (SearchResult[] Results, double Median) found)
    {
        var shares = truth.Zip(found.Results, (exact, result) => (double)result.Hits.Count(hit => hit.Score >= exact.Hits[^1].Score) / exact.Hits.Count);
        Console.WriteLine(FormattableString.Invariant(
            $"{what,-36} median {found.Median,7:F2} ms, recall@10 {shares.Average():F4}, fewest hits {found.Results.Min(result => result.Hits.Count)}, exact {found.Results.Count(result => result.IsExact)} of {found.Results.Length}"));
    }

    /// <summary>Asks one query after the other, after a round that warms up.</summary>
    private static async Task<(SearchResult[] Results, double Median)> AskAsync(PostgresGallery gallery, EmbeddingSet[] queries, GalleryFilter? filter)
    {
        var options = new SearchOptions { Filter = filter };
        List<SearchResult> results = [];
        List<double> times = [];
        for (var i = -Math.Min(20, queries.Length); i < queries.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var result = (await gallery.SearchAsync([new GalleryQuery(queries[Math.Abs(i) % queries.Length], options)]))[0];
            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                results.Add(result);
            }
        }

        return ([.. results], times.Order().ElementAt(times.Count / 2));
    }

    /// <summary>The peer: the same index through Npgsql alone.</summary>
    private static async Task MeasureBareAsync(string connection, EmbeddingSet[] queries, int ef)
    {
        var builder = new NpgsqlDataSourceBuilder(connection);
        builder.UseVector();
        await using var source = builder.Build();
        await using var open = await source.OpenConnectionAsync();
        await using (var settings = new NpgsqlCommand($"SET hnsw.ef_search = {ef}", open))
        {
            await settings.ExecuteNonQueryAsync();
        }

        List<double> times = [];
        foreach (var query in queries.Concat(queries))
        {
            var start = Stopwatch.GetTimestamp();
            await using var command = new NpgsqlCommand($"SELECT id FROM covr.items_1 ORDER BY embedding::halfvec({D}) <#> $1::vector::halfvec({D}) LIMIT 10", open) { Parameters = { new() { Value = new Vector(query.Values) } } };
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Console.WriteLine(FormattableString.Invariant($"{$"Npgsql alone, ef_search {ef}",-36} median {times.Skip(queries.Length).Order().ElementAt(queries.Length / 2),7:F2} ms"));
    }

    private static string Tag(double share) => $"{share} %";

    /// <summary>Unit vectors near 1,000 centres of a space of few dimensions, as embeddings of pictures lie; or of all 256, where only the centre tells neighbours.</summary>
    private sealed class ClusteredVectors(int intrinsic)
    {
        private readonly float[][] _axes = Normals(D, intrinsic, seed: 3);
        private readonly float[][] _centres = Normals(1000, intrinsic, seed: 4);

        public float[] Draw(Random random)
        {
            if (intrinsic == D)
            {
                return SearchCommand.Draw(random, clustered: true);
            }

            var centre = _centres[random.Next(_centres.Length)];
            var place = Array.ConvertAll(centre, value => value + (0.5f * SearchCommand.Normal(random)));
            var values = Array.ConvertAll(_axes, axis => TensorPrimitives.Dot<float>(axis, place));
            TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
            return values;
        }

        private static float[][] Normals(int rows, int columns, int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => SearchCommand.Normal(random)).ToArray())];
        }
    }
}
