using System.Buffers.Binary;
using CoVR.Media.Images;
using CoVR.Media.Video;
using CoVR.TestSupport;
using Microsoft.Extensions.Logging;

namespace CoVR.Media.Tests.Video;

/// <summary>Files that announce other frames than they hold. Frame n is the nth that ffmpeg decodes, whatever the file says.</summary>
public sealed class DecodedFramesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MediaFrameReader _reader = new(new SkiaImageDecoder());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_EditListShowsAPart_GivesOnlyItsFrames()
    {
        await Ffmpeg.RunAsync("-ss", "1.375", "-i", await WriteAsync("whole.mp4", 25), "-c", "copy", _folder["trimmed.mp4"]);

        await IsAsync("trimmed.mp4", [.. Enumerable.Range(11, 14)]);
    }

    [Fact]
    public async Task ReadAsync_EditListBehindAKeyFrame_GivesOnlyItsFrames()
    {
        await Ffmpeg.RunAsync("-i", await WriteAsync("whole.mp4", 25), "-g", "5", "-qp", "10", _folder["keys.mp4"]);
        await Ffmpeg.RunAsync("-ss", "1.5", "-i", _folder["keys.mp4"], "-t", "1", "-c", "copy", _folder["trimmed.mp4"]);

        var shown = await Ffmpeg.DecodeAsync(_folder["trimmed.mp4"]);

        Assert.Equal(12, shown[0]);
        await IsAsync("trimmed.mp4", shown);
    }

    [Fact]
    public async Task ReadAsync_PacketsThatAreNotShown_AreNotCounted()
    {
        string[] encode = ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=2", "-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "25", "-b:v", "200k"];
        await Ffmpeg.RunAsync([.. encode, "-passlogfile", _folder["log"], "-pass", "1", "-f", "null", "-"]);
        await Ffmpeg.RunAsync([.. encode, "-passlogfile", _folder["log"], "-pass", "2", _folder["hidden.webm"]]);
        Assert.True(await Ffmpeg.PacketsAsync(_folder["hidden.webm"]) > 50, "This ffmpeg makes no hidden packets.");
        var all = new AllFrames();

        var frames = await _reader.ReadAsync(_folder["hidden.webm"], all, Token);

        Assert.Equal([await Ffmpeg.PacketsAsync(_folder["hidden.webm"]), 50], all.Counts);
        Assert.Equal(50, frames.Count);
    }

    [Fact]
    public async Task ReadAsync_StartsBetweenKeyFrames_GivesWhatDecodes()
    {
        await Ffmpeg.RunAsync("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=4", "-c:v", "libx264", "-g", "20", "-pix_fmt", "yuv420p", _folder["whole.ts"]);
        var packets = await File.ReadAllBytesAsync(_folder["whole.ts"], Token);
        await File.WriteAllBytesAsync(_folder["part.ts"], packets[(packets.Length / 188 / 3 * 188)..], Token);
        var all = new AllFrames();

        var frames = await _reader.ReadAsync(_folder["part.ts"], all, Token);

        Assert.Equal([await Ffmpeg.PacketsAsync(_folder["part.ts"]), 60], all.Counts);
        var whole = await _reader.ReadAsync(_folder["whole.ts"], new FixedSampler([.. Enumerable.Range(40, 60)]), Token);
        Assert.All(whole.Zip(frames), pair => Assert.True(pair.First.Rgb.Span.SequenceEqual(pair.Second.Rgb.Span)));
    }

    [Fact]
    public async Task ReadAsync_SizeChanges_KeepsNumbersAndSizes()
    {
        var small = await WriteStreamAsync("small.ts", "yuv420p", 64, 48);
        var large = await WriteStreamAsync("large.ts", "yuv420p", 128, 96);
        await File.WriteAllBytesAsync(_folder["both.ts"], [.. small, .. large, .. small], Token);

        var log = new WarningList();
        var frames = await new MediaFrameReader(new SkiaImageDecoder(), null, log).ReadAsync(_folder["both.ts"], new FixedSampler(3, 11, 14, 23, 2), Token);

        Assert.Equal([3, 1, 4, 3, 2], frames.Select(Pictures.NumberOf));
        Assert.Equal([64, 128, 128, 64, 64], frames.Select(frame => frame.Width));
        Assert.Empty(log.Warnings);
    }

    [Fact]
    public async Task ReadAsync_PixelFormatChanges_KeepsNumbers()
    {
        var first = await WriteStreamAsync("420.ts", "yuv420p", 64, 48);
        var second = await WriteStreamAsync("444.ts", "yuv444p", 64, 48);
        await File.WriteAllBytesAsync(_folder["both.ts"], [.. first, .. second], Token);

        await IsAsync("both.ts", [.. Enumerable.Range(0, 20).Select(index => index % 10)]);
    }

    [Theory]
    [InlineData("late.mp4", "10")]
    [InlineData("late.mkv", "10")]
    [InlineData("late.ts", "95440")]
    [InlineData("early.mkv", "-0.5")]
    public async Task ReadAsync_StartsLateOrEarly_GivesEveryFrame(string name, string offset)
    {
        await Ffmpeg.RunAsync("-i", await WriteAsync("whole.mp4", 12), "-c", "copy", "-output_ts_offset", offset, "-avoid_negative_ts", "disabled", _folder[name]);

        await IsAsync(name, [.. Enumerable.Range(0, 12)]);
    }

    // XviD writes two frames into one packet and an empty one later; the others hold two fields a frame.
    [Theory]
    [InlineData("packed.avi", "-c:v", "libxvid", "-bf", "2", "-g", "20", "-qscale", "1")]
    [InlineData("interlaced.ts", "-c:v", "libx264", "-bf", "2", "-qp", "10", "-flags", "+ildct+ilme", "-x264-params", "tff=1")]
    [InlineData("interlaced.mpg", "-c:v", "mpeg2video", "-bf", "2", "-qscale", "1", "-flags", "+ildct+ilme")]
    public async Task ReadAsync_PackedOrInterlacedFrames_GivesWhatDecodes(string name, params string[] encode)
    {
        await Ffmpeg.RunAsync(["-i", await WriteAsync("whole.mp4", 24), .. encode, _folder[name]]);
        var decoded = await Ffmpeg.DecodeAsync(_folder[name]);

        Assert.InRange(decoded.Length, 22, 24);
        await IsAsync(name, decoded);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(5)]
    public async Task ReadAsync_WrongCountInTheHeader_GivesWhatDecodes(int announced)
    {
        await Ffmpeg.RunAsync("-i", await WriteAsync("whole.mp4", 12), "-c:v", "mpeg4", "-qscale", "1", _folder["wrong.avi"]);
        var bytes = await File.ReadAllBytesAsync(_folder["wrong.avi"], Token);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(bytes.AsSpan().IndexOf("avih"u8) + 24), announced);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(bytes.AsSpan().IndexOf("strh"u8) + 40), announced);
        await File.WriteAllBytesAsync(_folder["wrong.avi"], bytes, Token);

        await IsAsync("wrong.avi", [.. Enumerable.Range(0, 12)]);
    }

    [Theory]
    [InlineData("cut.mkv", "bytes but has")]
    [InlineData("cut.webm", "bytes but has")]
    [InlineData("cut.avi", "announces 60 frames, but ends after")]
    [InlineData("cut.mp4", "announces 60 frames, but ends after", "-movflags", "faststart")]
    public async Task ReadAsync_FileIsCut_SaysWhatIsThereAndWhatWasAnnounced(string name, string words, params string[] flags)
    {
        await Ffmpeg.RunAsync(["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=2.4", .. flags, _folder[$"whole-{name}"]]);
        var bytes = await File.ReadAllBytesAsync(_folder[$"whole-{name}"], Token);
        await File.WriteAllBytesAsync(_folder[name], bytes[..(bytes.Length * 7 / 10)], Token);

        var failure = await Assert.ThrowsAsync<MediaReadException>(async () => await _reader.ReadAsync(_folder[name], new FixedSampler(59), Token));

        Assert.Equal(MediaFailure.Truncated, failure.Failure);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("long.mp4", 1, 0)]
    [InlineData("long.mkv", 3, 2)]
    [InlineData("long.ts", 3, 2)]
    public async Task ReadAsync_LongVideo_DecodesOnlyFromTheKeyFramesBefore(string name, int runs, int seeks)
    {
        await WriteLongAsync(name);
        var sampler = new FixedSampler(299, 7, 155, 151);

        var frames = await Seeking().ReadAsync(_folder[name], sampler, Token);

        Assert.Equal(600, sampler.SeenCount);
        await AreTheSameAsync(frames, _folder[name], sampler);
        Assert.Equal(runs, Runs().Length);
        Assert.Equal(seeks, Runs().Count(run => run.Contains(" -ss ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ReadAsync_LongVideoThatIsNotAsItsPacketsSay_IsDecodedFromItsStart()
    {
        await WriteLongAsync("whole.mp4");
        await Ffmpeg.RunAsync("-i", _folder["whole.mp4"], "-c", "copy", "-bsf:v", @"noise=drop=not(mod(n+1\,7))", _folder["gaps.mp4"]);
        var sampler = new EndsAndMiddle();

        var frames = await Seeking().ReadAsync(_folder["gaps.mp4"], sampler, Token);

        Assert.True(sampler.Count < await Ffmpeg.PacketsAsync(_folder["gaps.mp4"]));
        await AreTheSameAsync(frames, _folder["gaps.mp4"], sampler);
        Assert.Contains(Runs(), run => !run.Contains(" -ss ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ExtendFor_MorePixelsThanOneLimitIsFor_AllowsProportionallyMoreTime()
    {
        var clock = new NotingClock();
        using var limit = new TimeLimit(new MediaOptions { Timeout = TimeSpan.FromSeconds(7), Time = clock }, Token);

        limit.ExtendFor(MediaOptions.PixelsPerTimeout);
        Assert.Empty(clock.Changes);

        limit.ExtendFor(3 * MediaOptions.PixelsPerTimeout);
        Assert.Equal([TimeSpan.FromSeconds(21)], clock.Changes);
    }

    private MediaFrameReader Seeking() => new(new SkiaImageDecoder(), new MediaOptions
    {
        SeekAbovePixels = 0,
        FfmpegPath = Ffmpeg.Script(_folder["noting"], $"echo \"$*\" >> '{_folder["runs"]}'\nexec ffmpeg \"$@\""),
    });

    private string[] Runs() => File.ReadAllLines(_folder["runs"]);

    private async Task AreTheSameAsync(IReadOnlyList<RgbFrame> frames, string path, IFrameSampler sampler)
    {
        var expected = await _reader.ReadAsync(path, sampler, Token);
        Assert.Equal(expected.Select(frame => Convert.ToHexString(frame.Rgb.Span)), frames.Select(frame => Convert.ToHexString(frame.Rgb.Span)));
    }

    private async Task IsAsync(string name, int[] numbers)
    {
        var all = new AllFrames();
        var frames = await _reader.ReadAsync(_folder[name], all, Token);

        Assert.Equal(numbers.Length, all.Counts[^1]);
        Assert.Equal(numbers, frames.Select(Pictures.NumberOf));
        Assert.Equal(numbers, await Ffmpeg.DecodeAsync(_folder[name]));
    }

    private Task WriteLongAsync(string name) => Ffmpeg.RunAsync(
        "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=24", "-c:v", "libx264", "-g", "10", "-bf", "2", _folder[name]);

    private async Task<byte[]> WriteStreamAsync(string name, string format, int width, int height)
    {
        await MediaWriter.WriteMp4Async(_folder["part.mp4"], Pictures.Counting(10, width, height), 8, cancellationToken: Token);
        await Ffmpeg.RunAsync("-i", _folder["part.mp4"], "-c:v", "libx264", "-qp", "10", "-pix_fmt", format, _folder[name]);
        return await File.ReadAllBytesAsync(_folder[name], Token);
    }

    private async Task<string> WriteAsync(string name, int frames)
    {
        await MediaWriter.WriteMp4Async(_folder[name], Pictures.Counting(frames), 8, cancellationToken: Token);
        return _folder[name];
    }

    private sealed class AllFrames : IFrameSampler
    {
        public List<int> Counts { get; } = [];

        public IReadOnlyList<int> Select(int frameCount)
        {
            Counts.Add(frameCount);
            return [.. Enumerable.Range(0, frameCount)];
        }
    }

    private sealed class EndsAndMiddle : IFrameSampler
    {
        public int Count { get; private set; }

        public IReadOnlyList<int> Select(int frameCount)
        {
            Count = frameCount;
            return [frameCount / 10, frameCount / 2, frameCount * 9 / 10];
        }
    }

    /// <summary>No time passes; notes to what a running timer is set.</summary>
    private sealed class NotingClock : TimeProvider, ITimer
    {
        public List<TimeSpan> Changes { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => this;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Changes.Add(dueTime);
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class WarningList : ILogger<MediaFrameReader>
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Warnings.Add(formatter(state, exception));
    }
}
