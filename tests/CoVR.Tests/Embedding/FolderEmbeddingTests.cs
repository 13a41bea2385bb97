using CoVR.Embedding;
using CoVR.Media;
using CoVR.Reproduction.Embedding;
using CoVR.Storage;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Tests.Embedding;

/// <summary>Folders of real files in the reference's layouts, through the public door, into the reference's tree.</summary>
[Collection("torch")]
public sealed class FolderEmbeddingTests : IDisposable
{
    private const int Red = 1;
    private const int Blue = 4;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, Red)]
    [InlineData(true, Blue)]
    public async Task EmbedAsync_OfVideos_FillsTheTreeAndReportsWhatIsBroken(bool bgr, int corner)
    {
        await WriteVideoAsync("1065/one.mp4", Red, frames: 20);
        await WriteVideoAsync("1066/short.mp4", Red, frames: 4);
        await File.WriteAllTextAsync(_folder["videos", "1066", "page.mp4"], "<html>not found</html>", Cancel);
        await File.WriteAllBytesAsync(_folder["videos", "1066", "empty.mp4"], [], Cancel);
        await using var services = Services(builder => builder
            .UsePthTree(_folder["tree"])
            .ConfigureMedia(media => media.BgrVideos = bgr));

        var items = MediaFolder.List(_folder["videos"], ReferenceFolders.Videos);
        var outcomes = await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(items, null, Cancel).ToListAsync(Cancel);
        Assert.Equal(
            ["1065/one Embedded", "1066/empty Failed", "1066/page Failed", "1066/short Embedded"],
            outcomes.Select(outcome => $"{outcome.Id} {outcome.Status}").Order(StringComparer.Ordinal));
        Assert.Equal(MediaFailure.Empty, Assert.IsType<MediaReadException>(outcomes.Single(outcome => outcome.Id.Value == "1066/empty").Failure).Failure);

        var store = services.GetRequiredService<IGallery>();
        var video = (await store.ReadAsync(new MediaId("1065/one"), Cancel))!;
        Assert.Equal((15, 1, 8), (video.Frames, video.Vectors, video.Dimensions));
        Assert.All(Enumerable.Range(0, 15), frame => Assert.Equal(1f, video.Values.Span[(frame * 8) + corner]));
        Assert.Equal(4, (await store.ReadAsync(new MediaId("1066/short"), Cancel))!.Frames);
        Assert.Equal(["1065/one.pth", "1066/short.pth"], Directory.GetFiles(_folder["tree"], "*.pth", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_folder["tree"], file)).Order(StringComparer.Ordinal));

        var again = await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(items, null, Cancel).ToListAsync(Cancel);
        Assert.Equal([EmbedStatus.AlreadyThere, EmbedStatus.AlreadyThere, EmbedStatus.FailedBefore, EmbedStatus.FailedBefore], again.Select(outcome => outcome.Status).Order());
    }

    [Fact]
    public async Task EmbedAsync_OfAskedPictures_ReportsOneThatHasNoFile()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            MediaWriter.WritePng(_folder[$"{name}.png"], ColourEncoder.Picture(Blue));
        }

        await using var services = Services(builder => builder.UsePthTree(_folder["tree"], new PthTreeOptions { Media = PthTreeMedia.Pictures }));
        var items = MediaFolder.List(_folder.FullName, ReferenceFolders.Pictures, [new MediaId("c"), new MediaId("a"), new MediaId("z")]);
        var outcomes = await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(items, null, Cancel).ToListAsync(Cancel);
        Assert.Equal(["a Embedded", "c Embedded", "z Failed"], outcomes.Select(outcome => $"{outcome.Id} {outcome.Status}").Order(StringComparer.Ordinal));
        var coverage = await EmbeddingCoverage.CheckAsync(services.GetRequiredService<IGallery>(), items.Select(item => item.Id), cancellationToken: Cancel);
        Assert.Equal(new MediaId("z"), Assert.Single(coverage.Missing).Id);
    }

    [Fact]
    public async Task EmbedAsync_OfTwoShardsIntoOneFolder_IsReadAsOneStore()
    {
        for (var shard = 0; shard < 2; shard++)
        {
            var index = shard;
            await using var services = Services(builder => builder
                .UseFolderGallery(_folder["store"])
                .Configure(options => options.Embedding.Shard = new Shard(index, 2)));
            await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(FakePipeline.Corners, null, Cancel).CountAsync(Cancel);
        }

        Assert.Equal(["embeddings-0-of-2.bin", "embeddings-1-of-2.bin"], Directory.GetFiles(_folder["store"], "*.bin").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await using IGallery store = new FolderGallery(_folder["store"], null);
        Assert.True((await EmbeddingCoverage.CheckAsync(store, FakePipeline.Corners.Select(item => item.Id), cancellationToken: Cancel)).IsComplete);
        Assert.Equal(8, await store.CountAsync(null, Cancel));
    }

    [Fact]
    public async Task UseFolderGallery_ForAllTokens_HasAFingerprintOfTheirShape()
    {
        await using var services = Services(builder => builder.Configure(options => options.Embedding.Output = EmbeddingOutput.VisualTokens));
        await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(FakePipeline.Corners, null, Cancel).CountAsync(Cancel);
        var store = services.GetRequiredService<IGallery>();
        var fingerprint = (await store.GetInfoAsync(Cancel)).Fingerprint;
        Assert.Equal((1, 3, 8L), (fingerprint.Vectors, fingerprint.Dimensions, await store.CountAsync(null, Cancel)));
        Assert.Contains("tokens", fingerprint.Preprocessing, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(Action<ICoVRBuilder> configure)
    {
        var builder = new ServiceCollection().AddCoVR().UseModel((_, _) => FakePipeline.Model());
        configure(builder);
        return builder.Services.BuildServiceProvider();
    }

    private async Task WriteVideoAsync(string name, int corner, int frames)
    {
        var colour = ColourEncoder.Picture(corner).Rgb.Span[..3].ToArray();
        var frame = new RgbFrame(32, 32, Enumerable.Repeat(colour, 32 * 32).SelectMany(pixel => pixel).ToArray());
        await MediaWriter.WriteMp4Async(_folder["videos", name], [.. Enumerable.Repeat(frame, frames)], 10, cancellationToken: Cancel);
    }
}
