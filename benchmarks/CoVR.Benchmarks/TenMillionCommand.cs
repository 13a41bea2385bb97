using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using CoVR.Retrieval;
using CoVR.Storage;

namespace CoVR.Benchmarks;

/// <summary>A folder gallery of millions of items: opening, searching, resident memory, and the hits of a plain scan of its segment.</summary>
internal static class TenMillionCommand
{
    public const string Name = "folder";
    private const int D = 256;
    private const int Batch = 4096;
    private const int Queries = 100;
    private static readonly EmbeddingFingerprint Fingerprint = new("made", "", "", 1, D);

    /// <summary>Runs it.</summary>
    /// <param name="args"><c>make FOLDER FROM TO</c> appends items, <c>search FOLDER</c> measures, and <c>check FOLDER QUERIES</c> compares with a plain scan.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["make", var folder, var from, var to]:
                await MakeAsync(folder, int.Parse(from, null), int.Parse(to, null));
                return 0;
            case ["search", var folder]:
                await SearchAsync(folder);
                return 0;
            case ["check", var folder, var count]:
                return await CheckAsync(folder, int.Parse(count, null));
            default:
                Console.Error.WriteLine("folder make FOLDER FROM TO | search FOLDER | check FOLDER QUERIES");
                return 2;
        }
    }

    private static async Task MakeAsync(string folder, int from, int to)
    {
        var start = Stopwatch.GetTimestamp();
        await using var gallery = new FolderGallery(folder, Fingerprint);
        for (var first = from; first < to; first += Batch)
        {
            await gallery.UpsertAsync([.. Enumerable.Range(first, Math.Min(Batch, to - first)).Select(item => new GalleryEntry(new MediaId($"item-{item}"), new EmbeddingSet(Draw(item), 1, D)))]);
        }

        Console.WriteLine(FormattableString.Invariant($"{to - from} items written in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s"));
    }

    private static async Task SearchAsync(string folder)
    {
        var clock = Stopwatch.StartNew();
        await using var gallery = new FolderGallery(folder, null);
        var count = await gallery.CountAsync();
        Report($"opened, {count} items", clock);
        await gallery.SearchAsync([Query(0)]);
        Report("first query", clock);
        var times = new double[Queries];
        for (var i = 0; i < Queries; i++)
        {
            clock.Restart();
            await gallery.SearchAsync([Query(1 + i)]);
            times[i] = clock.Elapsed.TotalMilliseconds;
        }

        Array.Sort(times);
        Console.WriteLine(FormattableString.Invariant(
            $"{Queries} queries, one at a time, {Environment.ProcessorCount} threads: median {times[Queries / 2]:F0} ms ({times[0]:F0} to {times[^1]:F0})"));
        clock.Restart();
        await gallery.SearchAsync([.. Enumerable.Range(1, Queries).Select(Query)]);
        Report($"{Queries} queries in one call", clock);
        if (OperatingSystem.IsLinux())
        {
            Console.WriteLine(string.Join(", ", File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmRSS", StringComparison.Ordinal) || line.StartsWith("Rss", StringComparison.Ordinal)).Select(line => line.Replace("\t", " ", StringComparison.Ordinal))));
        }
    }

    /// <summary>Whether the hits of some queries are those of scoring every record.</summary>
    private static async Task<int> CheckAsync(string folder, int count)
    {
        GalleryQuery[] queries = [.. Enumerable.Range(1, count).Select(Query)];
        var best = queries.Select(_ => new PriorityQueue<(MediaId Id, float Score), (float, MediaId)>(Comparer<(float Score, MediaId Id)>.Create(
            (left, right) => left.Score != right.Score ? left.Score.CompareTo(right.Score) : right.Id.CompareTo(left.Id)))).ToArray();
        await using var gallery = new FolderGallery(folder, null);
        var all = await gallery.CountAsync();
        for (var item = 0; item < all; item++)
        {
            var (id, row) = (new MediaId($"item-{item}"), new EmbeddingSet(Draw(item), 1, D));
            for (var q = 0; q < count; q++)
            {
                var score = Similarities.MeanPooled.Score(queries[q].Embedding, row);
                if (best[q].Count < 10)
                {
                    best[q].Enqueue((id, score), (score, id));
                }
                else
                {
                    best[q].EnqueueDequeue((id, score), (score, id));
                }
            }
        }

        var found = await gallery.SearchAsync(queries);
        var alone = await gallery.SearchAsync([queries[0]]);
        var equal = Enumerable.Range(0, count).Count(q => found[q].Hits.Select(hit => (hit.Id, hit.Score)).Reverse().SequenceEqual(Drain(best[q]))) == count
            && alone[0].Hits.SequenceEqual(found[0].Hits);
        Console.WriteLine($"{count} queries over {all} items: {(equal ? "the hits of a plain scan" : "OTHER HITS")}");
        return equal ? 0 : 1;
    }

    private static IEnumerable<(MediaId Id, float Score)> Drain(PriorityQueue<(MediaId Id, float Score), (float, MediaId)> queue)
    {
        while (queue.TryDequeue(out var entry, out _))
        {
            yield return entry;
        }
    }

    private static void Report(string what, Stopwatch clock)
    {
        Console.WriteLine(FormattableString.Invariant($"{what}: {clock.Elapsed.TotalSeconds:F2} s"));
        clock.Restart();
    }

    private static GalleryQuery Query(int seed) => new(new EmbeddingSet(Draw(-seed - 1), 1, D), SearchOptions.Default);

    /// <summary>A unit vector near a normal one: sums of four random bytes.</summary>
    private static float[] Draw(int seed)
    {
        var bytes = new byte[4 * D];
        var state = ((ulong)(uint)seed * 0x9E3779B97F4A7C15) + 1;
        foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan()))
        {
            // SplitMix64.
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            word = z ^ (z >> 31);
        }

        var values = new float[D];
        for (var i = 0; i < D; i++)
        {
            values[i] = bytes[4 * i] + bytes[(4 * i) + 1] + bytes[(4 * i) + 2] + bytes[(4 * i) + 3] - 510;
        }

        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        return values;
    }
}
