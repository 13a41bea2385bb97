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

    /// <summary>More than fifty kills can use up: of both jobs together, one costs <see cref="Most"/> items that are reported and 8 that are stored only.</summary>
    public const int Count = 550;

    /// <summary>After so many items are reported as embedded, a process that shall be killed goes no further, so that the kill cannot come too late.</summary>
    public const int Most = 13;

    private const int BatchSize = 2;

    public static MediaItem[] Items { get; } =
        [.. Enumerable.Range(0, Count).Select(n => new MediaItem(new MediaId($"{n / 50:D2}/video-{n:D3}"), new FramesMedia([.. Enumerable.Range(0, 1 + (n % 3)).Select(f => ColourEncoder.Picture((n + f) % 8))])))];

    /// <summary>The folder of our store.</summary>
    public static string StoreIn(string folder) => Path.Combine(folder, "store");

    /// <summary>The folder of the reference's tree.</summary>
    public static string TreeIn(string folder) => Path.Combine(folder, "tree");

    /// <summary>
    /// Waits for a line with the number of items after which it holds; then embeds into our store and, at the same time,
    /// into a tree, and writes each outcome to the standard output. Without a line it does nothing.
    /// </summary>
    public static async Task<int> RunAsync(string folder)
    {
        var fingerprint = FakePipeline.Fingerprint;
        if (!int.TryParse(await Console.In.ReadLineAsync(), NumberStyles.None, CultureInfo.InvariantCulture, out var most))
        {
            return 1;
        }

        await using IGallery store = new FolderGallery(StoreIn(folder), fingerprint);
        var tree = new PthTreeGallery(TreeIn(folder), fingerprint);
        var embedded = 0;
        await Task.WhenAll(RunAsync("store", store), RunAsync("tree", tree));
        return 0;

        async Task RunAsync(string name, IGallery into)
        {
            var pipeline = FakePipeline.Create(new ColourEncoder { Delay = TimeSpan.FromMilliseconds(3) }, gallery: into);
            await foreach (var outcome in new EmbeddingJob(pipeline, new EmbeddingOptions { BatchSize = BatchSize }).EmbedAsync(Items))
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
