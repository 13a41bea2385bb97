using CoVR.TestSupport;

namespace CoVR.Media.Tests.Video;

/// <summary>Frames with the times at which their video shows them, and spans of videos.</summary>
public sealed class VideoTimesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.mp4")]
    [InlineData("a.mkv")]
    [InlineData("a.gif")]
    public async Task ReadAsync_OfAVideo_TellsTheTimeOfEachFrame(string name)
    {
        await WriteAsync(name, 20);
        var frames = await new MediaFrameReader().ReadAsync(_folder[name], new FixedSampler(15, 0, 4), Token);
        Assert.Equal([1.5, 0, 0.4], frames.Select(frame => Math.Round(frame.Time!.Value.TotalSeconds, 2)));
    }

    [Theory]
    [InlineData("a.mp4")]
    [InlineData("a.mkv")]
    public async Task ReadAsync_OfALongVideo_TellsTheSameTimesAsDecodingItAll(string name)
    {
        await WriteAsync(name, 600, "-g", "10");
        var sampler = new FixedSampler(50, 333, 590);
        var whole = await new MediaFrameReader().ReadAsync(_folder[name], sampler, Token);
        var sought = await new MediaFrameReader(null, new MediaOptions { SeekAbovePixels = 0 }).ReadAsync(_folder[name], sampler, Token);
        Assert.Equal([5, 33.3, 59], whole.Select(frame => Math.Round(frame.Time!.Value.TotalSeconds, 2)));
        Assert.Equal(whole.Select(frame => Math.Round(frame.Time!.Value.TotalSeconds, 2)), sought.Select(frame => Math.Round(frame.Time!.Value.TotalSeconds, 2)));
    }

    [Fact]
    public async Task ReadAsync_OfAVideoThatStartsLate_CountsFromItsFirstFrame()
    {
        await WriteAsync("a.mp4", 20);
        await Ffmpeg.RunAsync("-i", _folder["a.mp4"], "-c", "copy", "-output_ts_offset", "7", _folder["late.mkv"]);
        var frames = await new MediaFrameReader().ReadAsync(_folder["late.mkv"], new FixedSampler(0, 10), Token);
        Assert.Equal([0, 1], frames.Select(frame => Math.Round(frame.Time!.Value.TotalSeconds, 2)));
    }

    [Theory]
    [InlineData("a.mp4", 0.4, 0.9, 4, 9)]
    [InlineData("a.mkv", 0.4, 0.9, 4, 9)]
    [InlineData("a.mkv", 0.45, 0.46, 4, 4)]
    [InlineData("a.mp4", 1.8, 60, 18, 19)]
    [InlineData("a.mp4", 30, 60, 19, 19)]
    public async Task ReadAsync_OfASpan_SeesItsFramesOnly(string name, double start, double end, int first, int last)
    {
        await WriteAsync(name, 20);
        var frames = await new MediaFrameReader().ReadAsync(MediaSource.FromFile(_folder[name]).Between(TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(end)), new All(), Token);
        Assert.Equal(Enumerable.Range(first, last - first + 1), frames.Select(frame => (int)Math.Round(frame.Time!.Value.TotalSeconds * 10)));
    }

    [Fact]
    public async Task ReadAsync_OfAPicture_HasNoTimeAndNoSpan()
    {
        MediaWriter.WritePng(_folder["a.png"], Pictures.Counting(1)[0]);
        var frames = await new MediaFrameReader().ReadAsync(MediaSource.FromFile(_folder["a.png"]).Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)), new All(), Token);
        Assert.Null(Assert.Single(frames).Time);
    }

    private Task WriteAsync(string name, int frames, params string[] more) => Ffmpeg.RunAsync(
        ["-f", "lavfi", "-i", FormattableString.Invariant($"testsrc2=size=64x48:rate=10:duration={frames / 10.0}"), .. name.EndsWith(".gif", StringComparison.Ordinal) ? Array.Empty<string>() : ["-c:v", "libx264", "-pix_fmt", "yuv420p"], .. more, _folder[name]]);

    private sealed class All : IFrameSampler
    {
        public IReadOnlyList<int> Select(int frameCount) => [.. Enumerable.Range(0, frameCount)];
    }
}
