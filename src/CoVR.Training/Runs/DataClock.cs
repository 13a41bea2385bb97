namespace CoVR.Training;

/// <summary>Measures how long steps take and how much of that the model waits for data.</summary>
internal sealed class DataClock(TimeProvider time)
{
    private long _step;
    private (TimeSpan Steps, TimeSpan Wait) _epoch;

    /// <summary>Of all steps so far.</summary>
    internal (TimeSpan Steps, TimeSpan Wait) Total { get; private set; }

    /// <summary>Of the last step.</summary>
    internal (TimeSpan Steps, TimeSpan Wait) Last { get; private set; }

    internal void StartStep() => (_step, Last) = (time.GetTimestamp(), default);

    /// <summary>Runs what the model waits for.</summary>
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
