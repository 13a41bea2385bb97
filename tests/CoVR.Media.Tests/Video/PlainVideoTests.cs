using CoVR.Media.Sampling;
using CoVR.Media.Video;
using CoVR.TestSupport;

namespace CoVR.Media.Tests.Video;

/// <summary>MP4 and Matroska files whose own tables say what ffprobe would.</summary>
public sealed class PlainVideoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MediaOptions _options = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.mp4", "-c:v", "libx264", "-bf", "2", "-g", "10")]
    [InlineData("fast.mp4", "-c:v", "libx264", "-movflags", "faststart", "-video_track_timescale", "90000")]
    [InlineData("a.mov", "-c:v", "mjpeg")]
    [InlineData("odd.mp4", "-c:v", "mpeg4", "-bf", "2", "-vf", "scale=94:62")]
    [InlineData("sound.mp4", "-c:v", "libx264", "-f", "lavfi", "-i", "sine=duration=2", "-shortest")]
    [InlineData("a.mkv", "-c:v", "libx264", "-bf", "2")]
    [InlineData("a.webm", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")]
    public async Task ReadAsync_PlainFile_SaysWhatFfprobeSaysAndStartsOneProcess(string name, params string[] encode)
    {
        string[] input = ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=2"];
        await Ffmpeg.RunAsync(encode.Contains("-i") ? [.. input, .. encode[2..6], .. encode[..2], .. encode[6..], _folder[name]] : [.. input, .. encode, _folder[name]]);

        await AreEqualAsync(name, isPlain: true);
        var options = new MediaOptions { FfmpegPath = Noting("ffmpeg"), FfprobePath = Noting("ffprobe") };
        await new MediaFrameReader(options: options).ReadAsync(_folder[name], FrameSamplers.UniformSegments(15), Token);
        Assert.Equal(["ffmpeg"], File.ReadAllLines(_folder["runs"]));
    }

    [Theory]
    [InlineData(90, 64, 96)]
    [InlineData(180, 96, 64)]
    [InlineData(270, 64, 96)]
    public async Task ReadAsync_Turned_HasTheSizeThatIsShown(int degrees, int width, int height)
    {
        await WriteLongAsync("upright.mp4", "-bf", "2");
        await Ffmpeg.RunAsync("-i", _folder["upright.mp4"], "-c", "copy", "-metadata:s:v", $"rotate={degrees}", _folder["turned.mp4"]);

        var facts = await AreEqualAsync("turned.mp4", isPlain: true);

        Assert.Equal((width, height, true), (facts.Width, facts.Height, facts.IsTurned));
        await IsTheSameBySeekingAsync("turned.mp4", excerpts: 1);
    }

    [Fact]
    public async Task ReadAsync_Fragmented_IsLeftToFfprobe()
    {
        await WriteLongAsync("a.mp4", "-movflags", "frag_keyframe+empty_moov");

        await AreEqualAsync("a.mp4", isPlain: false);
    }

    [Fact]
    public async Task ReadAsync_EditListHidesFrames_IsLeftToFfprobe()
    {
        await WriteLongAsync("whole.mp4", "-bf", "0");
        await Ffmpeg.RunAsync("-ss", "1.375", "-i", _folder["whole.mp4"], "-c", "copy", _folder["trimmed.mp4"]);

        await AreEqualAsync("trimmed.mp4", isPlain: false);
    }

    [Theory]
    [InlineData("-c:v", "libx264", "-bf", "3", "-g", "20", "-b_strategy", "0", "-x264-params", "b-pyramid=2")]
    [InlineData("-c:v", "libx265", "-x265-params", "keyint=20:min-keyint=20:no-open-gop=1:log-level=none")]
    [InlineData("-c:v", "mpeg4", "-bf", "2", "-g", "20")]
    [InlineData("-c:v", "mjpeg")]
    public async Task ReadAsync_LongVideoWithClosedGroups_IsDecodedByOneProcess(params string[] encode)
    {
        await WriteLongAsync("long.mp4", encode);

        await IsTheSameBySeekingAsync("long.mp4", excerpts: 1);
    }

    [Theory]
    [InlineData("-c:v", "libx264", "-bf", "3", "-g", "20", "-x264-params", "open-gop=1")]
    [InlineData("-c:v", "libx265", "-x265-params", "keyint=20:min-keyint=20:open-gop=1:log-level=none")]
    public async Task ReadAsync_LongVideoWithOpenGroups_IsNotCutThere(params string[] encode)
    {
        await WriteLongAsync("long.mp4", encode);

        await IsTheSameBySeekingAsync("long.mp4", excerpts: 0);
    }

    private async Task IsTheSameBySeekingAsync(string name, int excerpts)
    {
        var sampler = new FixedSampler(289, 7, 155, 151, 33);
        var expected = await new MediaFrameReader().ReadAsync(_folder[name], sampler, Token);

        var frames = await new MediaFrameReader(options: new MediaOptions { SeekAbovePixels = 0, FfmpegPath = Noting("$*") }).ReadAsync(_folder[name], sampler, Token);

        Assert.Equal(expected.Select(frame => Convert.ToHexString(frame.Rgb.Span)), frames.Select(frame => Convert.ToHexString(frame.Rgb.Span)));
        Assert.Equal(excerpts, File.ReadAllLines(_folder["runs"]).Count(run => run.Contains("pipe:0", StringComparison.Ordinal)));
        Assert.True(excerpts == 0 || File.ReadAllLines(_folder["runs"]).Length == excerpts);
    }

    private async Task<VideoFacts> AreEqualAsync(string name, bool isPlain)
    {
        using var limit = new TimeLimit(_options, Token);
        var (facts, asked) = (await new VideoProbe(_options).ReadAsync(_folder[name], name, limit), await new VideoProbe(_options).AskAsync(_folder[name], name, limit));

        Assert.Equal((asked.Width, asked.Height, asked.Frames, asked.IsTurned), (facts.Width, facts.Height, facts.Frames, facts.IsTurned));
        Assert.Equal(isPlain, !facts.IsAsked);
        return facts;
    }

    private string Noting(string what) => Ffmpeg.Script(_folder[$"noting-{what.Trim('$', '*')}"], $"echo \"{what}\" >> '{_folder["runs"]}'\nexec {(what == "ffprobe" ? what : "ffmpeg")} \"$@\"");

    private Task WriteLongAsync(string name, params string[] encode) =>
        Ffmpeg.RunAsync(["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=12", "-pix_fmt", "yuv420p", "-g", "10", .. encode, _folder[name]]);
}
