namespace CoVR.Embedding;

/// <summary>Counts the outcomes of a job and the time its model worked or waited.</summary>
internal sealed class EmbeddingProgress(long total, TimeProvider time, IProgress<JobProgress>? progress)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private readonly long _start = time.GetTimestamp();
    private long _modelStart;
    private TimeSpan _worked;

    public long Done { get; private set; }

    public long Failed { get; private set; }

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>How long the model waited for pixels.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>The share of the time since <see cref="StartModel"/> in which the model worked; null before anything was encoded.</summary>
    public double? ModelBusy => _worked == TimeSpan.Zero ? null : Math.Min(1, _worked / time.GetElapsedTime(_modelStart));

    /// <summary>Marks the moment from which the model was available.</summary>
    public void StartModel() => _modelStart = time.GetTimestamp();

    public EmbedOutcome Count(EmbedOutcome outcome)
    {
        Done++;
        Failed += outcome.Status is EmbedStatus.Failed or EmbedStatus.FailedBefore ? 1 : 0;
        CoVRDiagnostics.EmbeddedItems.Add(1, KeyValuePair.Create("covr.embedding.status", (object?)outcome.Status.ToString()));
        return outcome;
    }

    /// <summary>Counts an item that is not an outcome of a job, and reports periodically.</summary>
    public void Advance(bool failed, int every)
    {
        Done++;
        Failed += failed ? 1 : 0;
        if (Done % every == 0)
        {
            Report();
        }
    }

    public void Report(string? activity = null) => progress?.Report(new JobProgress(Done, total, Failed, Elapsed) { ModelBusy = ModelBusy, Activity = activity });

    /// <summary>Waits for a batch; while it takes long, reports what is being read.</summary>
    public async Task<T> Wait<T>(ValueTask<T> reading, Func<string?> activity)
    {
        var start = time.GetTimestamp();
        var result = await WatchAsync(reading.AsTask(), activity).ConfigureAwait(false);
        var waited = time.GetElapsedTime(start);
        Waited += waited;
        CoVRDiagnostics.ModelWait.Record(waited.TotalSeconds);
        return result;
    }

    /// <summary>Encodes a batch; while it takes long, reports that.</summary>
    public async Task<T> Work<T>(Func<Task<T>> encoding, Func<string?> activity)
    {
        var start = time.GetTimestamp();
        var result = await WatchAsync(encoding(), activity).ConfigureAwait(false);
        var worked = time.GetElapsedTime(start);
        _worked += worked;
        CoVRDiagnostics.ModelWork.Record(worked.TotalSeconds);
        return result;
    }
    private async Task<T> WatchAsync<T>(Task<T> work, Func<string?> activity)
    {
        while (!work.IsCompleted && progress is not null)
        {
            await ((Task)work).WaitAsync(Silence, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!work.IsCompleted)
            {
                Report(activity());
            }
        }

        return await work.ConfigureAwait(false);
    }
}
