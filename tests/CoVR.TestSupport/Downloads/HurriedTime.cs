using System.Collections.Concurrent;

namespace CoVR.TestSupport.Downloads;

/// <summary>The system's clock with timers that run a thousand times faster; notes what was waited for.</summary>
public sealed class HurriedTime : TimeProvider
{
    private const int Factor = 1000;

    /// <summary>The times for which timers were set.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits.Enqueue(dueTime);
        return new HurriedTimer(base.CreateTimer(callback, state, Hurry(dueTime), Hurry(period)));
    }

    private static TimeSpan Hurry(TimeSpan time) => time > TimeSpan.Zero ? TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, time.Ticks / Factor)) : time;

    private sealed class HurriedTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Hurry(dueTime), Hurry(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
