using CoVR.Media.Images;
using CoVR.Media.Sampling;
using CoVR.Media.Tests.Video;
using CoVR.TestSupport;

namespace CoVR.Media.Tests;

public sealed class MediaFrameReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MediaFrameReader _reader = new(new SkiaImageDecoder());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_Middle_IsFrameCountHalved()
    {
        var frames = await _reader.ReadAsync(await WriteAsync("a.mp4", 9), FrameSamplers.Middle, Token);

        Assert.Equal([4], frames.Select(Pictures.NumberOf));
        Assert.Equal((64, 48), (frames[0].Width, frames[0].Height));
    }

    [Theory]
    [InlineData(1, new[] { 0 })]
    [InlineData(5, new[] { 4, 0, 4, 2 })]
    [InlineData(20, new[] { 0, 1, 2, 7, 8, 19 })]
    [InlineData(20, new[] { 19, 19 })]
    public async Task ReadAsync_AnyIndices_GivesExactlyTheseFramesInOrder(int count, int[] wanted)
    {
        var sampler = new FixedSampler(wanted);

        var frames = await _reader.ReadAsync(await WriteAsync("a.mp4", count), sampler, Token);

        Assert.Equal(count, sampler.SeenCount);
        Assert.Equal(wanted, frames.Select(Pictures.NumberOf));
    }

    [Theory]
    [InlineData("a.mkv")]
    [InlineData("a.avi")]
    [InlineData("a.mov")]
    [InlineData("b.mp4", "-movflags", "empty_moov+frag_keyframe")]
    public async Task ReadAsync_OtherContainer_CountsAndReadsEveryFrame(string name, params string[] flags)
    {
        await Ffmpeg.RunAsync(["-i", await WriteAsync("a.mp4", 12), "-c", "copy", .. flags, _folder[name]]);
        var sampler = new FixedSampler([.. Enumerable.Range(0, 12)]);

        var frames = await _reader.ReadAsync(_folder[name], sampler, Token);

        Assert.Equal(12, sampler.SeenCount);
        Assert.Equal(Enumerable.Range(0, 12), frames.Select(Pictures.NumberOf));
    }

    [Fact]
    public async Task ReadAsync_RotatedVideo_SwapsWidthAndHeight()
    {
        await Ffmpeg.RunAsync("-i", await WriteAsync("a.mp4", 3), "-c", "copy", "-metadata:s:v:0", "rotate=90", _folder["turned.mp4"]);

        var frames = await _reader.ReadAsync(_folder["turned.mp4"], new FixedSampler(2), Token);

        Assert.Equal((48, 64), (frames[0].Width, frames[0].Height));
        Assert.Equal(2, Pictures.NumberOf(frames[0]));
    }

    [Fact]
    public async Task ReadAsync_BgrOption_SwapsRedAndBlueOfVideosOnly()
    {
        var red = Pictures.Flat(32, 32, 240, 20, 30);
        await MediaWriter.WriteMp4Async(_folder["red.mp4"], [red], 5, cancellationToken: Token);
        MediaWriter.WritePng(_folder["red.png"], red);
        var reader = new MediaFrameReader(new SkiaImageDecoder(), new MediaOptions { BgrVideos = true });

        var video = (await reader.ReadAsync(_folder["red.mp4"], FrameSamplers.Middle, Token))[0].Rgb.ToArray();
        var plain = (await _reader.ReadAsync(_folder["red.mp4"], FrameSamplers.Middle, Token))[0].Rgb.ToArray();
        var picture = (await reader.ReadAsync(_folder["red.png"], new FixedSampler(0), Token))[0].Rgb.ToArray();

        Assert.InRange(plain[0], 235, 245);
        Assert.Equal((plain[2], plain[1], plain[0]), (video[0], video[1], video[2]));
        Assert.Equal(red.Rgb.ToArray(), picture);
    }

    [Fact]
    public async Task ReadAsync_PictureNamedLikeAVideo_IsReadByContent()
    {
        MediaWriter.WritePng(_folder["picture.mp4"], Pictures.Gradient(7, 5));

        var frames = await _reader.ReadAsync(_folder["picture.mp4"], FrameSamplers.UniformSegments(3), Token);

        Assert.Equal(Pictures.Gradient(7, 5).Rgb.ToArray(), Assert.Single(frames).Rgb.ToArray());
    }

    [Fact]
    public async Task ReadAsync_AnimatedGif_IsAVideoAndStillGifAPicture()
    {
        var source = await WriteAsync("a.mp4", 6);
        await Ffmpeg.RunAsync("-i", source, _folder["moving.gif"]);
        await Ffmpeg.RunAsync("-i", source, "-frames:v", "1", _folder["still.gif"]);
        var sampler = new FixedSampler(5);

        var moving = await _reader.ReadAsync(_folder["moving.gif"], sampler, Token);
        var still = await _reader.ReadAsync(_folder["still.gif"], FrameSamplers.UniformSegments(15), Token);

        Assert.Equal(6, sampler.SeenCount);
        Assert.Equal([5], moving.Select(Pictures.NumberOf));
        Assert.Equal([0], still.Select(Pictures.NumberOf));
    }

    [Fact]
    public async Task ReadAsync_StreamOfAPicture_DecodesItAndClosesTheStream()
    {
        var stream = new MemoryStream(MediaWriter.EncodePng(Pictures.Gradient(9, 4)));

        var frames = await _reader.ReadAsync(MediaSource.FromStream("upload", _ => ValueTask.FromResult<Stream>(stream)), new FixedSampler(0), Token);

        Assert.Equal(Pictures.Gradient(9, 4).Rgb.ToArray(), Assert.Single(frames).Rgb.ToArray());
        Assert.False(stream.CanRead);
    }

    [Fact]
    public async Task ReadAsync_StreamOfAVideo_ReadsItAndLeavesNoFile()
    {
        var bytes = await File.ReadAllBytesAsync(await WriteAsync("a.mp4", 7), Token);
        var before = TemporaryFiles();

        var frames = await _reader.ReadAsync(MediaSource.FromStream("upload", _ => ValueTask.FromResult<Stream>(new MemoryStream(bytes))), new FixedSampler(6, 1), Token);

        Assert.Equal([6, 1], frames.Select(Pictures.NumberOf));
        var leftovers = TemporaryFiles().Except(before).ToArray();

        // A reader of another process may have a file there too, but not for long.
        for (var attempt = 0; attempt < 100 && leftovers.Any(File.Exists); attempt++)
        {
            await Task.Delay(50, Token);
        }

        Assert.DoesNotContain(leftovers, File.Exists);
    }

    [Fact]
    public async Task ReadAsync_Frames_SelectsAmongThem()
    {
        var media = MediaSource.FromFrames(Pictures.Counting(8));

        var frames = await _reader.ReadAsync(media, FrameSamplers.UniformSegments(4), Token);

        Assert.Equal([0, 2, 4, 6], frames.Select(Pictures.NumberOf));
    }

    [Fact]
    public async Task ReadAsync_SamplerOutsideTheVideo_IsNamed()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await _reader.ReadAsync(MediaSource.FromFrames(Pictures.Counting(2)), new FixedSampler(0, 2), Token));

        Assert.Contains("FixedSampler", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_ManyAtOnce_EachGetsItsOwnFrames()
    {
        var path = await WriteAsync("a.mp4", 20);

        var read = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            async index => (await _reader.ReadAsync(path, new FixedSampler(index, index + 10), Token)).Select(Pictures.NumberOf).ToArray()));

        for (var index = 0; index < read.Length; index++)
        {
            Assert.Equal([index, index + 10], read[index]);
        }
    }

    private static string[] TemporaryFiles() => Directory.GetFiles(Path.GetTempPath(), "covr-*.media");

    private async Task<string> WriteAsync(string name, int frames)
    {
        await MediaWriter.WriteMp4Async(_folder[name], Pictures.Counting(frames), 8, cancellationToken: Token);
        return _folder[name];
    }
}
