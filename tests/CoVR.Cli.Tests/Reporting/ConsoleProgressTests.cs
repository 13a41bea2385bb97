using CoVR.Cli.Reporting;
using Spectre.Console.Testing;

namespace CoVR.Cli.Tests.Reporting;

/// <summary>Progress as lines and bars.</summary>
public sealed class ConsoleProgressTests
{
    [Fact]
    public async Task Run_WithoutATerminal_WritesALineEveryFiveSecondsWithRateAndTimeLeft()
    {
        using var console = new TestConsole().Width(200);
        var clock = new ManualClock();
        var report = new ConsoleProgress(console, bars: false, clock);

        var result = await report.RunAsync("Embedding", async progress =>
        {
            for (var second = 0; second <= 10; second++)
            {
                progress.Report(new WorkProgress(100 + (2 * second), 140, "videos", second > 8 ? "1 failed" : ""));
                clock.Advance(TimeSpan.FromSeconds(1));
            }

            await Task.Yield();
            return 42;
        });

        Assert.Equal(42, result);
        Assert.Equal(
            [
                "Embedding: 100 of 140 videos",
                "Embedding: 110 of 140 videos, 2.0/s, 15 s left",
                "Embedding: 120 of 140 videos, 2.0/s, 10 s left, 1 failed",
                "Embedding: done in 11 s",
            ],
            console.Lines.Where(line => line.Length > 0));
    }

    [Fact]
    public async Task Run_SlowUnitWithReportsMeanwhile_HasALineWhenItIsDone()
    {
        using var console = new TestConsole().Width(200);
        var clock = new ManualClock();

        await new ConsoleProgress(console, bars: false, clock).RunAsync("Embedding", progress =>
        {
            foreach (var (done, note) in new[] { (0, ""), (0, "reading a.mp4"), (1, ""), (2, "") })
            {
                progress.Report(new WorkProgress(done, 2, "videos", note));
                clock.Advance(TimeSpan.FromSeconds(0.8));
            }

            return Task.CompletedTask;
        });

        Assert.Equal(["Embedding: 0 of 2 videos", "Embedding: 1 of 2 videos"], console.Lines.Where(line => line.Length > 0).SkipLast(1).Select(line => line.Split(", ")[0]));
    }

    [Fact]
    public async Task Run_OnATerminal_ShowsABarAndLinesAboveIt()
    {
        using var console = new TestConsole().Width(200).Interactive();
        var report = new ConsoleProgress(console, bars: true, new ManualClock());

        await report.RunAsync("Converting", progress =>
        {
            progress.Report(new WorkProgress(5_000_000, 10_000_000, WorkProgress.Bytes, "[x].weight"));
            report.Say("a line");
            return Task.CompletedTask;
        });

        Assert.Contains("Converting: 5.0 of 10.0 MB, [x].weight", console.Output, StringComparison.Ordinal);
        Assert.Contains("50%", console.Output, StringComparison.Ordinal);
        Assert.Contains("a line", console.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.25, "1.2 s")]
    [InlineData(42.4, "42 s")]
    [InlineData(125, "2:05 min")]
    [InlineData(7_500, "2:05 h")]
    public void Duration_OfSeconds_IsSaidAsPeopleDo(double seconds, string expected) =>
        Assert.Equal(expected, ProgressText.Duration(TimeSpan.FromSeconds(seconds)));

    private sealed class ManualClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
