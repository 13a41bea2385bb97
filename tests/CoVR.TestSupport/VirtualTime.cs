using System.Collections.Concurrent;

namespace CoVR.TestSupport;

/// <summary>A clock that stands still until it is advanced; waits up to a length advance it themselves and end at once.</summary>
/// <param name="longest">Longer waits end only by <see cref="Advance"/>.</param>
public sealed class VirtualTime(TimeSpan longest) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<VirtualTimer> _pending = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The waits that ended by themselves.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves the clock on and ends what is due.</summary>
    public void Advance(TimeSpan time)
    {
        VirtualTimer[] due;
        lock (_lock)
        {
            _now += time;
            due = [.. _pending.Where(timer => timer.Due <= _now)];
            _pending.RemoveAll(timer => timer.Due <= _now);
        }

        Array.ForEach(due, timer => timer.Fire());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            var timer = new VirtualTimer(this, callback, state, dueTime < TimeSpan.Zero ? DateTimeOffset.MaxValue : _now + dueTime);
            if (dueTime < TimeSpan.Zero || dueTime > longest)
            {
                _pending.Add(timer);
            }
            else
            {
                Waits.Enqueue(dueTime);
                ThreadPool.QueueUserWorkItem(_ => Reach(timer));
            }

            return timer;
        }
    }

    private void Reach(VirtualTimer timer)
    {
        lock (_lock)
        {
            _now = _now > timer.Due ? _now : timer.Due;
        }

        timer.Fire();
    }

    private sealed class VirtualTimer(VirtualTime owner, TimerCallback callback, object? state, DateTimeOffset due) : ITimer
    {
        private int _isOver;

        public DateTimeOffset Due => due;

        public void Fire()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                callback(state);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            Interlocked.Exchange(ref _isOver, 1);
            lock (owner._lock)
            {
                owner._pending.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
