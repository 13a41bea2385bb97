using CoVR.Embedding;
using CoVR.Media;
using CoVR.Reproduction.Embedding;
using CoVR.Tests.Fakes;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Reproduction.Tests.Embedding;

/// <summary>Folders of real files in the reference's layouts, through the public door, into the reference's tree.</summary>
[Collection("torch")]
public sealed class ReferenceFolderEmbeddingTests : IDisposable
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

        var items = ReferenceFolders.Videos.List(_folder["videos"]);
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

        await using var services = Services(builder => builder.UsePthTree(_folder["tree"], pictures: true));
        var items = ReferenceFolders.Pictures.List(_folder.FullName, [new MediaId("c"), new MediaId("a"), new MediaId("z")]);
        var outcomes = await services.GetRequiredService<IEmbeddingJob>().EmbedAsync(items, null, Cancel).ToListAsync(Cancel);
        Assert.Equal(["a Embedded", "c Embedded", "z Failed"], outcomes.Select(outcome => $"{outcome.Id} {outcome.Status}").Order(StringComparer.Ordinal));
        var coverage = await EmbeddingCoverage.CheckAsync(services.GetRequiredService<IGallery>(), items.Select(item => item.Id), cancellationToken: Cancel);
        Assert.Equal(new MediaId("z"), Assert.Single(coverage.Missing).Key);
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
