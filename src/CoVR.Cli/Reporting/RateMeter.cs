namespace CoVR.Cli.Reporting;

/// <summary>Measures a rate over the last half minute, so that the initial count does not distort it.</summary>
/// <param name="clock">The clock.</param>
internal sealed class RateMeter(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly Queue<(long Time, long Done)> _seen = new();
    private (long Time, long Done) _last;

    /// <summary>Units per second; null until known.</summary>
    public double? PerSecond { get; private set; }

    /// <summary>Records a count.</summary>
    public void Add(long done)
    {
        _last = (clock.GetTimestamp(), done);
        _seen.Enqueue(_last);
        while (_seen.Count > 2 && clock.GetElapsedTime(_seen.Peek().Time, _last.Time) > Window)
        {
            _seen.Dequeue();
        }

        var first = _seen.Peek();
        var seconds = clock.GetElapsedTime(first.Time, _last.Time).TotalSeconds;
        PerSecond = seconds > 0 && done > first.Done ? (done - first.Done) / seconds : null;
    }

    /// <summary>The remaining time; null until known.</summary>
    public TimeSpan? Remaining(long? total) =>
        PerSecond is { } rate && total is { } all && (all - _last.Done) / rate is < 8_640_000 and var seconds ? TimeSpan.FromSeconds(Math.Max(0, seconds)) : null;
}
