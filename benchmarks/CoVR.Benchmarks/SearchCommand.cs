using System.Diagnostics;
using System.Numerics.Tensors;
using CoVR.Modeling.Native;
using CoVR.Retrieval;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace CoVR.Benchmarks;

/// <summary>Times searches in turn with what bounds or rivals them, in one process: medians of the ratios of rounds.</summary>
internal static class SearchCommand
{
    public const string Name = "search";
    private const int D = 256;
    private const int Block = 4096;

    /// <summary>Runs it.</summary>
    /// <param name="args">The number of items, the number of rounds, <c>clustered</c>, <c>random</c> or <c>pairs</c>, and perhaps <c>one</c> for single queries alone.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        NativeTorch.EnsureLoaded();
        var (items, rounds, clustered) = (int.Parse(args.ElementAtOrDefault(0) ?? "1000000", null), int.Parse(args.ElementAtOrDefault(1) ?? "15", null), args.ElementAtOrDefault(2) == "clustered");
        set_num_threads(Environment.ProcessorCount);
        if (args.ElementAtOrDefault(2) == "pairs")
        {
            return await RunPairsAsync(items, rounds);
        }

        var memory = new float[(long)items * D];
        var gallery = await FillAsync(memory, items, clustered);
        var queries = Enumerable.Range(0, 100).Select(i => Query(i, clustered)).ToArray();
        using var matrix = torch.tensor(memory, [items, D]);
        using var columns = torch.cat([.. queries.Select(query => torch.tensor(query.Embedding.Values.ToArray(), [1, D]))]).t().contiguous();
        Console.WriteLine($"{items} x {D}, {(clustered ? "clustered" : "random")}, {Environment.ProcessorCount} threads, {rounds} rounds");

        await MeasureAsync("one query / scan of the float32 rows", rounds, _ => Done(() => Scan(memory)), i => gallery.SearchAsync([queries[i % 100]]).AsTask());
        if (args.ElementAtOrDefault(3) == "one")
        {
            return 0;
        }

        await MeasureAsync("100 queries / products", Math.Max(3, rounds / 3), _ => Done(() => Products(matrix, columns)), _ => gallery.SearchAsync(queries).AsTask());
        foreach (var share in new[] { 0.1, 1, 10, 50, 99 })
        {
            var filter = new GalleryFilter.HasTag(Tag(share));
            await MeasureAsync($"one query, {share} % pass / no filter", rounds, i => gallery.SearchAsync([queries[i % 100]]).AsTask(), i => gallery.SearchAsync([With(queries[i % 100], filter)]).AsTask());
            await MeasureAsync(
                $"100 queries, {share} % pass / no filter", Math.Max(3, rounds / 5), _ => gallery.SearchAsync(queries).AsTask(), _ => gallery.SearchAsync([.. queries.Select(query => With(query, filter))]).AsTask());
        }

        return 0;
    }

    /// <summary>Late interaction of 32 x 32 vectors.</summary>
    private static async Task<int> RunPairsAsync(int items, int rounds)
    {
        const int Q = 32;
        EmbeddingSet[] entries = [.. RandomGallery.Draw(items, Q, D, seed: 1)];
        var gallery = RandomGallery.Fill(Similarities.MaxOverPairs, entries);
        using var matrix = torch.cat([.. entries.Select(item => torch.tensor(item.Values.ToArray(), [Q, D]))]);
        Console.WriteLine($"{items} items of {Q} x {D}, {Environment.ProcessorCount} threads, {rounds} rounds");
        foreach (var count in new[] { 1, 32 })
        {
            var queries = RandomGallery.Queries(count, Q, D);
            using var columns = torch.cat([.. queries.Select(query => torch.tensor(query.Embedding.Values.ToArray(), [Q, D]))]).t().contiguous();
            await MeasureAsync($"{count} queries of {Q} vectors / products", rounds, _ => Done(() => Products(matrix, columns)), _ => gallery.SearchAsync(queries).AsTask());
        }

        return 0;
    }

    private static GalleryQuery With(GalleryQuery query, GalleryFilter filter) => new(query.Embedding, new SearchOptions { Filter = filter });

    private static string Tag(double share) => $"{share} %";

    private static Task Done(Action work)
    {
        work();
        return Task.CompletedTask;
    }

    public static async Task MeasureAsync(string what, int rounds, Func<int, Task> peer, Func<int, Task> ours)
    {
        var (peers, own) = (new List<double>(), new List<double>());
        for (var (round, start) = (0, Stopwatch.GetTimestamp()); own.Count < rounds; round++)
        {
            // The runtime optimises code that runs for a while.
            var isWarm = round > 2 && Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(1.5);
            var (first, second) = (await TimeAsync(peer, round), await TimeAsync(ours, round));
            if (isWarm)
            {
                peers.Add(first);
                own.Add(second);
            }
        }

        double[] ratios = [.. own.Zip(peers, (mine, other) => mine / other).Order()];
        Console.WriteLine(FormattableString.Invariant(
            $"{what,-44} {Median(peers),9:F2} ms {Median(own),9:F2} ms  ratio {ratios[ratios.Length / 2]:F2} ({ratios[0]:F2} to {ratios[^1]:F2})"));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<double> TimeAsync(Func<int, Task> work, int round)
    {
        var start = Stopwatch.GetTimestamp();
        await work(round);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Scan(float[] memory) => Parallel.For(0, Environment.ProcessorCount, core =>
    {
        var share = memory.Length / Environment.ProcessorCount;
        GC.KeepAlive(TensorPrimitives.Sum<float>(memory.AsSpan(core * share, share)));
    });

    private static void Products(Tensor gallery, Tensor queries)
    {
        using var noGrad = no_grad();
        for (long start = 0; start < gallery.shape[0]; start += Block)
        {
            using var scope = NewDisposeScope();
            gallery.narrow(0, start, Math.Min(Block, gallery.shape[0] - start)).mm(queries);
        }
    }

    private static GalleryQuery Query(int seed, bool clustered) => new(new EmbeddingSet(Draw(new Random(-1 - seed), clustered), 1, D), SearchOptions.Default);

    private static async Task<MemoryGallery> FillAsync(float[] memory, int items, bool clustered)
    {
        var gallery = new MemoryGallery(new EmbeddingFingerprint("made", "", "", 1, D));
        var random = new Random(1);
        for (var first = 0; first < items; first += Block)
        {
            var entries = new GalleryEntry[Math.Min(Block, items - first)];
            for (var i = 0; i < entries.Length; i++)
            {
                var values = Draw(random, clustered);
                values.CopyTo(memory.AsSpan((first + i) * D));
                var draw = random.NextDouble() * 100;
                entries[i] = new GalleryEntry(new MediaId($"item-{first + i}"), new EmbeddingSet(values, 1, D))
                {
                    Properties = new GalleryProperties { Tags = [.. new[] { 0.1, 1, 10, 50, 99 }.Where(share => draw < share).Select(Tag)] },
                };
            }

            await gallery.UpsertAsync(entries);
        }

        return gallery;
    }

    /// <summary>A unit vector, normal or near one of 1,000 centres.</summary>
    public static float[] Draw(Random random, bool clustered)
    {
        var centre = clustered ? new Random(random.Next(1000) + 5000) : null;
        var values = new float[D];
        for (var i = 0; i < D; i++)
        {
            values[i] = centre is null ? Normal(random) : Normal(centre) + (0.5f * Normal(random));
        }

        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        return values;
    }

    // The sum of four uniform numbers is near enough to a normal one.
    public static float Normal(Random random) => (random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2) * 1.73f;
}
