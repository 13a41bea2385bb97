using System.Globalization;
using CoVR.Media.Images;
using CoVR.Media.Sampling;
using CoVR.TestSupport;

namespace CoVR.Media.Tests.Video;

public sealed class VideoProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_ProbeMissing_SaysHowToInstallIt()
    {
        var failure = await FailsAsync(new MediaOptions { FfprobePath = _folder["no-such-program"] });

        Assert.Equal(MediaFailure.DecoderMissing, failure.Failure);
        Assert.Contains("apt-get install ffmpeg", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_DecoderMissing_SaysHowToInstallIt()
    {
        var failure = await FailsAsync(new MediaOptions { FfmpegPath = _folder["no-such-program"] });

        Assert.Equal(MediaFailure.DecoderMissing, failure.Failure);
        Assert.Contains("no-such-program", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_ProgramHangs_FailsAfterTheLimitAndLeavesNoProcess(bool probe)
    {
        var clock = new StoppedClock();
        var failing = FailsAsync(Hanging(probe, clock));
        await StartedAsync();

        clock.EndAll();

        var failure = await failing;
        Assert.Equal(MediaFailure.DecoderFailed, failure.Failure);
        Assert.Contains("the 7 seconds that MediaOptions.Timeout allows", failure.Message, StringComparison.Ordinal);
        Assert.Equal([TimeSpan.FromSeconds(7)], clock.Limits);
        await AssertEndedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_Cancelled_StopsAndLeavesNoProcess(bool probe)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = ReadAsync(Hanging(probe, new StoppedClock()), cancellation.Token);
        await StartedAsync();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await AssertEndedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_ProgramKilled_SaysDecoderFailed(bool probe)
    {
        var script = Ffmpeg.Script(_folder["killed"], "kill -9 $$");

        var failure = await FailsAsync(probe ? new MediaOptions { FfprobePath = script } : new MediaOptions { FfmpegPath = script });

        Assert.Equal(MediaFailure.DecoderFailed, failure.Failure);
        Assert.Contains("killed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_ProgramFails_TellsItsWords()
    {
        var script = Ffmpeg.Script(_folder["failing"], "echo 'the moon is full' >&2; exit 3");

        var failure = await FailsAsync(new MediaOptions { FfmpegPath = script });

        Assert.Equal(MediaFailure.DecoderFailed, failure.Failure);
        Assert.Contains("the moon is full", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_FramesOfAnotherSize_AreRefused()
    {
        var script = Ffmpeg.Script(_folder["odd"], "head -c 100 /dev/zero");

        var failure = await FailsAsync(new MediaOptions { FfmpegPath = script });

        Assert.Equal(MediaFailure.DecoderFailed, failure.Failure);
        Assert.Contains("100 bytes left over", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_FfmpegWithoutTheNewTimingOption_IsAskedWithTheOldOne()
    {
        var script = Ffmpeg.Script(
            _folder["old"], "case \"$*\" in *-fps_mode*) echo \"Unrecognized option 'fps_mode'.\" >&2; exit 1;; esac\nexec ffmpeg \"$@\"");

        var frames = await ReadAsync(new MediaOptions { FfmpegPath = script }, Token);

        Assert.Equal([3], frames.Select(Pictures.NumberOf));
    }

    [Fact]
    public async Task WriteMp4Async_ProgramHangs_FailsAfterTheLimitAndLeavesNothing()
    {
        var clock = new StoppedClock();
        var failing = Assert.ThrowsAsync<MediaReadException>(
            () => MediaWriter.WriteMp4Async(_folder["out", "a.mp4"], Pictures.Counting(20), 8, Hanging(probe: false, clock), Token));
        await StartedAsync();

        clock.EndAll();

        var failure = await failing;
        Assert.Equal(MediaFailure.DecoderFailed, failure.Failure);
        Assert.Empty(Directory.GetFiles(_folder["out"]));
        await AssertEndedAsync();
    }

    private MediaOptions Hanging(bool probe, TimeProvider clock)
    {
        // The child notes its own number too: killing only the parent would leave it.
        var script = Ffmpeg.Script(_folder["hanging"], $"sleep 600 &\necho $$ >> '{_folder["pids"]}'\necho $! >> '{_folder["pids"]}'\nwait");
        var options = new MediaOptions { Timeout = TimeSpan.FromSeconds(7), Time = clock };
        (options.FfprobePath, options.FfmpegPath) = probe ? (script, options.FfmpegPath) : (options.FfprobePath, script);
        return options;
    }

    /// <summary>Waits until the program and its child have noted their numbers.</summary>
    private Task StartedAsync() => WaitForAsync(() => File.Exists(_folder["pids"]) && File.ReadAllLines(_folder["pids"]).Length == 2);

    private async Task AssertEndedAsync()
    {
        var ids = File.ReadAllLines(_folder["pids"]).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(2, ids.Length);
        await WaitForAsync(() => ids.All(HasEnded));
    }

    private static bool HasEnded(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return process.HasExited || (File.Exists($"/proc/{id}/status") && File.ReadAllText($"/proc/{id}/status").Contains("State:\tZ", StringComparison.Ordinal));
        }
        catch (Exception cause) when (cause is ArgumentException or InvalidOperationException or IOException)
        {
            return true;
        }
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(100, Token);
        }

        Assert.Fail("It did not happen within 30 seconds.");
    }

    private async Task<MediaReadException> FailsAsync(MediaOptions options) =>
        await Assert.ThrowsAsync<MediaReadException>(() => ReadAsync(options, Token));

    private async Task<IReadOnlyList<RgbFrame>> ReadAsync(MediaOptions options, CancellationToken cancellationToken)
    {
        // Of a transport stream nothing is known without ffprobe.
        await MediaWriter.WriteMp4Async(_folder["a.mp4"], Pictures.Counting(6), 8, cancellationToken: Token);
        await Ffmpeg.RunAsync("-i", _folder["a.mp4"], "-c", "copy", _folder["a.ts"]);
        return await new MediaFrameReader(new SkiaImageDecoder(), options).ReadAsync(_folder["a.ts"], FrameSamplers.Middle, cancellationToken);
    }

    /// <summary>No time passes until the test says that all of it has.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        private readonly List<Action> _timers = [];

        public List<TimeSpan> Limits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(() => callback(state));
            Limits.Add(dueTime);
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void EndAll() => _timers.ForEach(end => end());
    }
}
