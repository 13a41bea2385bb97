using CoVR.TestSupport;

namespace CoVR.Media.Tests.Video;

public sealed class VideoWriterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteMp4Async_Frames_WritesOneFileAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        var path = folder["clips", "a.mp4"];

        await MediaWriter.WriteMp4Async(path, Pictures.Counting(6), 8, cancellationToken: Token);

        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.Equal("ftyp"u8.ToArray(), File.ReadAllBytes(path)[4..8]);
    }

    [Fact]
    public async Task WriteMp4Async_SameFramesTwice_WritesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        await MediaWriter.WriteMp4Async(folder["a.mp4"], Pictures.Counting(5), 8, cancellationToken: Token);

        await MediaWriter.WriteMp4Async(folder["b.mp4"], Pictures.Counting(5), 8, cancellationToken: Token);

        Assert.Equal(File.ReadAllBytes(folder["a.mp4"]), File.ReadAllBytes(folder["b.mp4"]));
    }

    [Theory]
    [InlineData(63, 48)]
    [InlineData(64, 47)]
    public async Task WriteMp4Async_OddSide_IsRefused(int width, int height)
    {
        using var folder = new TemporaryFolder();

        var refusal = await Assert.ThrowsAsync<ArgumentException>(
            () => MediaWriter.WriteMp4Async(folder["a.mp4"], Pictures.Counting(2, width, height), 8, cancellationToken: Token));

        Assert.Contains($"{width}x{height}", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.FullName));
    }

    [Fact]
    public async Task WriteMp4Async_NoFramesOrMixedSizes_IsRefused()
    {
        using var folder = new TemporaryFolder();

        await Assert.ThrowsAsync<ArgumentException>(() => MediaWriter.WriteMp4Async(folder["a.mp4"], [], 8, cancellationToken: Token));
        await Assert.ThrowsAsync<ArgumentException>(
            () => MediaWriter.WriteMp4Async(folder["a.mp4"], [Pictures.Flat(4, 4, 0, 0, 0), Pictures.Flat(4, 6, 0, 0, 0)], 8, cancellationToken: Token));
    }

    [Fact]
    public async Task WriteMp4Async_ProgramMissing_SaysHowToInstallIt()
    {
        using var folder = new TemporaryFolder();
        var options = new MediaOptions { FfmpegPath = folder["no-such-ffmpeg"] };

        var failure = await Assert.ThrowsAsync<MediaReadException>(() => MediaWriter.WriteMp4Async(folder["a.mp4"], Pictures.Counting(2), 8, options, Token));

        Assert.Equal(MediaFailure.DecoderMissing, failure.Failure);
        Assert.Contains("apt-get install ffmpeg", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.FullName));
    }
}
