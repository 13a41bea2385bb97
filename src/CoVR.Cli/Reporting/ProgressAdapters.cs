using CoVR.Downloads;
using CoVR.Training.Logging;

namespace CoVR.Cli.Reporting;

/// <summary>Progress of the libraries as steps.</summary>
internal static class ProgressAdapters
{
    /// <summary>Progress of a job over items.</summary>
    /// <param name="progress">Where steps go.</param>
    /// <param name="unit">What the items are, in the plural.</param>
    public static IProgress<JobProgress> OfJob(this IProgress<WorkProgress> progress, string unit) => new ImmediateProgress<JobProgress>(job =>
        progress.Report(new WorkProgress(job.Done, job.Total, unit, string.Join(", ", Notes(job)))));

    /// <summary>Progress of training.</summary>
    public static IProgress<StepRecord> OfTraining(this IProgress<WorkProgress> progress) => new ImmediateProgress<StepRecord>(at =>
        progress.Report(new WorkProgress(at.Step, at.TotalSteps, "steps", FormattableString.Invariant($"epoch {at.Epoch}, loss {at.Loss:F4}, lr {at.LearningRate:G3}"))));

    /// <summary>Progress of a download.</summary>
    public static IProgress<DownloadProgress> OfDownload(this IProgress<WorkProgress> progress) => new ImmediateProgress<DownloadProgress>(at =>
        progress.Report(new WorkProgress(at.Bytes, at.TotalBytes, WorkProgress.Bytes, Path.GetFileName(at.Path))));

    /// <summary>Progress of a conversion of weights.</summary>
    public static IProgress<JobProgress> OfConversion(this IProgress<WorkProgress> progress) => new ImmediateProgress<JobProgress>(at =>
        progress.Report(new WorkProgress(at.Done, at.Total, WorkProgress.Bytes, at.Activity ?? "")));

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
