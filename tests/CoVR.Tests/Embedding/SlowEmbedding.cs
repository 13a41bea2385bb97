using System.Globalization;
using CoVR.Embedding;
using CoVR.Reproduction.Embedding;
using CoVR.Storage;
using CoVR.Tests.Fakes;

namespace CoVR.Tests.Embedding;

/// <summary>Two jobs in a process of their own, slow enough to be killed in the middle.</summary>
internal static class SlowEmbedding
{
    public const string Command = "embed-slowly";

    /// <summary>The last line of a process that has finished both jobs.</summary>
    public const string Done = "done";

    /// <summary>Enough for a round of kills: of both jobs together, one costs <see cref="Most"/> items that are reported and 8 that are stored only.</summary>
    public const int Count = 550;

    /// <summary>After so many items are reported as embedded, a process that shall be killed goes no further, so that the kill cannot come too late.</summary>
    public const int Most = 13;

    private const int BatchSize = 2;

    public static MediaItem[] Items(int seed) =>
        [.. Enumerable.Range(0, Count).Select(n => new MediaItem(new MediaId($"{n / 50:D2}/video-{n:D3}"), MediaSource.FromFrames([.. Enumerable.Range(0, 1 + (n % 3)).Select(f => ColourEncoder.Picture((n + f + seed) % 8))])))];

    /// <summary>The folder of our store.</summary>
    public static string StoreIn(string folder) => Path.Combine(folder, "store");

    /// <summary>The folder of the reference's tree.</summary>
    public static string TreeIn(string folder) => Path.Combine(folder, "tree");

    /// <summary>
    /// Waits for a line of the number of items after which it holds, the seed and the folder; then embeds into our store and, at the
    /// same time, into a tree, and writes each outcome to the standard output. Without a line it does nothing.
    /// </summary>
    public static async Task<int> RunAsync()
    {
        if ((await Console.In.ReadLineAsync())?.Split(' ', 3) is not [var limit, var seed, var folder])
        {
            return 1;
        }

        var (most, items, fingerprint) = (int.Parse(limit, CultureInfo.InvariantCulture), Items(int.Parse(seed, CultureInfo.InvariantCulture)), FakePipeline.Fingerprint);
        await using IGallery store = new FolderGallery(StoreIn(folder), fingerprint);
        var tree = new PthTreeGallery(TreeIn(folder), fingerprint);
        var embedded = 0;
        await Task.WhenAll(RunAsync("store", store), RunAsync("tree", tree));
        Console.Out.WriteLine(Done);
        return 0;

        async Task RunAsync(string name, IGallery into)
        {
            var pipeline = FakePipeline.Create(new ColourEncoder { Delay = TimeSpan.FromMilliseconds(3) }, gallery: into);
            await foreach (var outcome in new EmbeddingJob(pipeline, new EmbeddingOptions { BatchSize = BatchSize }).EmbedAsync(items))
            {
                if (outcome.Status is not EmbedStatus.Embedded)
                {
                    continue;
                }

                if (Interlocked.Increment(ref embedded) > most)
                {
                    await Task.Delay(TimeSpan.FromMinutes(10)); // Not for ever, should the test be gone.
                }

                lock (Console.Out)
                {
                    Console.Out.WriteLine($"{outcome.Id} {name}");
                    Console.Out.Flush();
                }
            }
        }
    }
}
