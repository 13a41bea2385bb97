using CoVR.Tests.Fakes;

namespace CoVR.Tests.Embedding;

/// <summary>Two jobs in a process of their own, slow enough to be killed in the middle.</summary>
internal static class SlowEmbedding
{
    public const string Command = "embed-slowly";
    public const int Count = 400;

    public static MediaItem[] Items { get; } =
        [.. Enumerable.Range(0, Count).Select(n => new MediaItem(new MediaId($"{n / 50:D2}/video-{n:D3}"), new FramesMedia([.. Enumerable.Range(0, 1 + (n % 3)).Select(f => ColourEncoder.Picture((n + f) % 8))])))];

    /// <summary>The folder of our store.</summary>
    public static string StoreIn(string folder) => Path.Combine(folder, "store");

    /// <summary>The folder of the reference's tree.</summary>
    public static string TreeIn(string folder) => Path.Combine(folder, "tree");

    /// <summary>Embeds into our store and, at the same time, into a tree; writes each outcome to the standard output.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        var fingerprint = FakePipeline.Create().Store.Fingerprint;
        using var store = new FileEmbeddingStore(StoreIn(folder), fingerprint);
        var tree = new PthTreeEmbeddingStore(TreeIn(folder), fingerprint);
        await Task.WhenAll(RunAsync("store", store), RunAsync("tree", tree));
        return 0;
    }

    private static async Task RunAsync(string name, IEmbeddingStore store)
    {
        var pipeline = FakePipeline.Create(new ColourEncoder { Delay = TimeSpan.FromMilliseconds(3) }, store: store);
        await foreach (var outcome in new EmbeddingJob(() => pipeline, new EmbeddingOptions { BatchSize = 4 }).EmbedAsync(Items))
        {
            lock (Console.Out)
            {
                Console.Out.WriteLine($"{outcome.Status} {outcome.Id} {name}");
                Console.Out.Flush();
            }
        }
    }
}
