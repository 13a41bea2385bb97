using CoVR.Embedding;
using CoVR.Media;
using CoVR.Media.Sampling;
using CoVR.Retrieval;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;

namespace CoVR.Tests.Retrieval;

/// <summary>Videos whose moments are known, from the file to the hit.</summary>
[Collection("torch")]
public sealed class MomentSearchTests
{
    private const int FramesPerSecond = 5;
    private const int Seconds = 12;

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task SearchAsync_OfVideosWithKnownMoments_OverlapsNineOfTenByHalf()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        Made[] videos = [.. Enumerable.Range(0, 20).Select(_ => Made.Next(random))];
        await Task.WhenAll(videos.Select((video, i) => MediaWriter.WriteMp4Async(folder[$"{i}.mp4"], video.Frames(), FramesPerSecond, cancellationToken: Cancel)));
        var pipeline = FakePipeline.Create(reader: new MediaFrameReader(), sampler: FrameSamplers.UniformSegments(15));
        await new EmbeddingJob(pipeline).EmbedAsync([.. videos.Select((_, i) => new MediaItem(new MediaId($"{i}"), MediaSource.FromFile(folder[$"{i}.mp4"])))], null, Cancel).CountAsync(Cancel);
        using var retriever = new ComposedRetriever(pipeline);

        var overlaps = new List<double>();
        for (var i = 0; i < videos.Length; i++)
        {
            var result = await retriever.SearchAsync(new ComposedQuery(MediaSource.FromFrames([ColourEncoder.Picture(videos[i].Shown)]), null), new SearchOptions { Top = videos.Length }, Cancel);
            overlaps.Add(videos[i].OverlapOf(result.Hits.Single(hit => hit.Id.Value == $"{i}").Moment!.Value));
        }

        Assert.True(overlaps.Count(overlap => overlap >= 0.5) >= 0.9 * videos.Length, $"overlaps: {string.Join(" ", overlaps.Select(overlap => overlap.ToString("F2", null)))}");
    }

    [Fact]
    public async Task SearchAsync_OfASpanAsTheReference_LooksAtIt()
    {
        using var folder = new TemporaryFolder();
        await MediaWriter.WriteMp4Async(folder["a.mp4"], new Made(Shown: 1, Around: 6, Start: 4, End: 8).Frames(), FramesPerSecond, cancellationToken: Cancel);
        var pipeline = await FakePipeline.WithCornersAsync();
        using var retriever = new ComposedRetriever(pipeline with { FrameReader = new MediaFrameReader() });
        var video = MediaSource.FromFile(folder["a.mp4"]);

        foreach (var (start, end, corner) in new[] { (0, 3, 6), (4, 8, 1), (9, 12, 6) })
        {
            var query = new ComposedQuery(video.Between(TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(end)), null);
            Assert.Equal(ColourEncoder.IdOf(corner), (await retriever.SearchAsync(query, null, Cancel)).Hits[0].Id);
        }
    }

    /// <summary>A video of one colour, with another one for a while.</summary>
    private sealed record Made(int Shown, int Around, double Start, double End)
    {
        public static Made Next(Random random)
        {
            var (shown, start) = (random.Next(8), random.NextDouble() * (Seconds - 2));
            return new Made(shown, shown ^ (1 + random.Next(7)), start, start + 1.5 + (random.NextDouble() * (Seconds - start - 1.5)));
        }

        public RgbFrame[] Frames() => [.. Enumerable.Range(0, Seconds * FramesPerSecond).Select(frame => Large(IsShown(frame) ? Shown : Around))];

        public double OverlapOf(Moment moment)
        {
            var common = Math.Min(End, moment.End.TotalSeconds) - Math.Max(Start, moment.Start.TotalSeconds);
            return Math.Max(0, common) / (Math.Max(End, moment.End.TotalSeconds) - Math.Min(Start, moment.Start.TotalSeconds));
        }

        private bool IsShown(int frame) => (double)frame / FramesPerSecond >= Start && (double)frame / FramesPerSecond < End;

        private static RgbFrame Large(int corner)
        {
            var pixels = new byte[32 * 32 * 3];
            for (var i = 0; i < pixels.Length; i++)
            {
                pixels[i] = (byte)((corner >> (i % 3) & 1) * 255);
            }

            return new RgbFrame(32, 32, pixels);
        }
    }
}
