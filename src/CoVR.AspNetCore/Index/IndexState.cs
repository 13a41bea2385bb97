using CoVR.AspNetCore.Safety;

namespace CoVR.AspNetCore.Index;

/// <summary>What the model and the jobs of a pipeline are doing. Safe for any number of threads.</summary>
internal sealed class IndexState(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JobProgress> _jobs = new(StringComparer.Ordinal);

    /// <summary>When a job last reported, or the model was loaded.</summary>
    public DateTimeOffset Updated { get; private set; } = time.GetUtcNow();

    /// <summary>The loaded model's name; null before.</summary>
    public string? Model { get; private set; }

    /// <summary>Whether the last attempt to load the model failed.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Receives the progress of one job, named by its folder.</summary>
    public IProgress<JobProgress> ProgressOf(string job) => new Reports(this, job);

    public void Loaded(string model) => Set(() => (Model, HasFailed) = (model, false));

    public void Failed() => Set(() => HasFailed = true);

    /// <summary>Ends a request that needs the model while there is none.</summary>
    /// <exception cref="ApiException">It is loading, or could not be loaded.</exception>
    public void RequireModel()
    {
        if (Model is null)
        {
            throw HasFailed
                ? ApiException.Unavailable("model.failed", "The model cannot be loaded; the server's log says why.", 30)
                : ApiException.Unavailable("model.loading", "The model is loading; try again.", 3);
        }
    }

    /// <summary>The sums over all jobs, and whether one is running.</summary>
    public (bool IsRunning, long Done, long Total, long Failed) Sum()
    {
        lock (_gate)
        {
            return (_jobs.Values.Any(job => job.Done < (job.Total ?? long.MaxValue)), _jobs.Values.Sum(job => job.Done), _jobs.Values.Sum(job => job.Total ?? job.Done), _jobs.Values.Sum(job => job.Failed));
        }
    }

    private void Set(Action change)
    {
        lock (_gate)
        {
            change();
            Updated = time.GetUtcNow();
        }
    }

    private void Take(string job, JobProgress value)
    {
        lock (_gate)
        {
            // A further scan of a folder is no news until it finds something to do.
            if (!_jobs.TryGetValue(job, out var last) || (value.Total is not null && value != last))
            {
                (_jobs[job], Updated) = (value, time.GetUtcNow());
            }
        }
    }

    private sealed class Reports(IndexState state, string job) : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => state.Take(job, value);
    }
}
