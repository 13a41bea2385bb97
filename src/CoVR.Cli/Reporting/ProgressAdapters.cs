using CoVR.Datasets;
using CoVR.Downloads;
using CoVR.Modeling.Checkpoints;
using CoVR.Training;

namespace CoVR.Cli.Reporting;

/// <summary>Progress of the libraries as steps.</summary>
internal static class ProgressAdapters
{
    /// <summary>Progress of a job over items.</summary>
    /// <param name="progress">Where steps go.</param>
    /// <param name="unit">What the items are, in the plural.</param>
    public static IProgress<JobProgress> OfJob(this IProgress<Step> progress, string unit) => new Relay<JobProgress>(job =>
        progress.Report(new Step(job.Done, job.Total, unit, string.Join(", ", Notes(job)))));

    /// <summary>Progress of training.</summary>
    public static IProgress<StepRecord> OfTraining(this IProgress<Step> progress) => new Relay<StepRecord>(at =>
        progress.Report(new Step(at.Step, at.TotalSteps, "steps", FormattableString.Invariant($"epoch {at.Epoch}, loss {at.Loss:F4}, lr {at.LearningRate:G3}"))));

    /// <summary>Progress of a benchmark.</summary>
    public static IProgress<BenchmarkProgress> OfBenchmark(this IProgress<Step> progress) => new Relay<BenchmarkProgress>(at =>
        progress.Report(new Step(at.Work?.Done ?? 0, at.Work?.Total, at.Stage == BenchmarkStage.Evaluating ? "queries" : "items", $"{at.Stage.ToString().ToLowerInvariant()} {at.Part}")));

    /// <summary>Progress of a download.</summary>
    public static IProgress<DownloadProgress> OfDownload(this IProgress<Step> progress) => new Relay<DownloadProgress>(at =>
        progress.Report(new Step(at.Bytes, at.TotalBytes, Step.Bytes, Path.GetFileName(at.Path))));

    /// <summary>Progress of a conversion of weights.</summary>
    public static IProgress<ConversionProgress> OfConversion(this IProgress<Step> progress) => new Relay<ConversionProgress>(at =>
        progress.Report(new Step(at.Bytes, at.TotalBytes, Step.Bytes, at.Tensor)));

    private static IEnumerable<string> Notes(JobProgress job)
    {
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
