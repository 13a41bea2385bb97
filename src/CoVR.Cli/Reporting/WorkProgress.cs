using CoVR.Training.Logging;

namespace CoVR.Cli.Reporting;

/// <summary>Adapts the progress of the libraries.</summary>
internal static class ProgressAdapters
{
    /// <summary>Progress of a job over items.</summary>
    /// <param name="progress">Where steps go.</param>
    /// <param name="unit">The unit of the items, in the plural.</param>
    public static IProgress<JobProgress> OfJob(this IProgress<WorkProgress> progress, string unit) => new ImmediateProgress<JobProgress>(job =>
        progress.Report(new WorkProgress(job.Done, job.Total, unit, string.Join(", ", Notes(job)))));

    /// <summary>Progress of training.</summary>
    public static IProgress<StepRecord> OfTraining(this IProgress<WorkProgress> progress) => new ImmediateProgress<StepRecord>(at =>
        progress.Report(new WorkProgress(at.Step, at.TotalSteps, "steps", FormattableString.Invariant($"epoch {at.Epoch}, loss {at.Loss:F4}, lr {at.LearningRate:G3}"))));

    private static IEnumerable<string> Notes(JobProgress job)
    {
        if (job.Activity is { } activity)
        {
            yield return activity;
        }

        if (job.Failed > 0)
        {
            yield return $"{job.Failed} failed";
        }

        if (job.ModelBusy is { } busy)
        {
            yield return FormattableString.Invariant($"model busy {busy:P0}");
        }
    }
}

/// <summary>The progress of a part of the work.</summary>
/// <param name="Done">Finished units.</param>
/// <param name="Total">All units; null when unknown.</param>
/// <param name="Unit">The unit, in the plural; <see cref="Bytes"/> is shown in MB.</param>
/// <param name="Note">A note beside the numbers; may be empty.</param>
internal sealed record WorkProgress(long Done, long? Total, string Unit, string Note = "")
{
    /// <summary>The unit of downloads and conversions.</summary>
    public const string Bytes = "bytes";
}

/// <summary>Forwards reports synchronously and in order, one at a time; <see cref="Progress{T}"/> would queue them.</summary>
/// <param name="act">Handles a report.</param>
internal sealed class ImmediateProgress<T>(Action<T> act) : IProgress<T>
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public void Report(T value)
    {
        lock (_lock)
        {
            act(value);
        }
    }
}
