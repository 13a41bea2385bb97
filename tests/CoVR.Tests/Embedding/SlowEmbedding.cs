using CoVR.Tests.Fakes;

namespace CoVR.Tests.Embedding;

/// <summary>A job in a process of its own, slow enough to be killed in the middle.</summary>
internal static class SlowEmbedding
{
    public const string Command = "embed-slowly";
    public const int Count = 400;

    public static MediaItem[] Items { get; } =
        [.. Enumerable.Range(0, Count).Select(n => new MediaItem(new MediaId($"video-{n:D3}"), new FramesMedia([.. Enumerable.Range(0, 1 + (n % 3)).Select(f => ColourEncoder.Picture((n + f) % 8))])))];

    /// <summary>Embeds into a folder and writes each outcome to the standard output.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        var fingerprint = FakePipeline.Create().Store.Fingerprint;
        using var store = new FileEmbeddingStore(folder, fingerprint);
        var pipeline = FakePipeline.Create(new ColourEncoder { Delay = TimeSpan.FromMilliseconds(3) }, store: store);
        await foreach (var outcome in new EmbeddingJob(() => pipeline, new EmbeddingOptions { BatchSize = 4 }).EmbedAsync(Items))
        {
            await Console.Out.WriteLineAsync($"{outcome.Status} {outcome.Id}");
            await Console.Out.FlushAsync();
        }

        return 0;
    }
}
