namespace CoVR.Training.Runs;

/// <summary>Measures the duration of steps and how much of it is spent waiting for data.</summary>
internal sealed class StepTimer(TimeProvider time)
{
    private long _step;
    private (TimeSpan Steps, TimeSpan Wait) _epoch;

    /// <summary>Of all steps so far.</summary>
    internal (TimeSpan Steps, TimeSpan Wait) Total { get; private set; }

    /// <summary>Of the last step.</summary>
    internal (TimeSpan Steps, TimeSpan Wait) Last { get; private set; }

    internal void StartStep() => (_step, Last) = (time.GetTimestamp(), default);

    /// <summary>Measures a wait for data.</summary>
    internal T Wait<T>(Func<T> data)
    {
        var started = time.GetTimestamp();
        var result = data();
        Last = (default, Last.Wait + time.GetElapsedTime(started));
        return result;
    }

    internal void EndStep()
    {
        Last = (time.GetElapsedTime(_step), Last.Wait);
        Total = (Total.Steps + Last.Steps, Total.Wait + Last.Wait);
        _epoch = (_epoch.Steps + Last.Steps, _epoch.Wait + Last.Wait);
    }

    /// <summary>Of the steps since the last call.</summary>
    internal (TimeSpan Steps, TimeSpan Wait) TakeEpoch()
    {
        var epoch = _epoch;
        _epoch = default;
        return epoch;
    }
}
