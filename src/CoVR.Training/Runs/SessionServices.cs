using Microsoft.Extensions.Logging;

namespace CoVR.Training;

/// <summary>Who is told about a run, and the clock.</summary>
internal sealed record SessionServices(ILogger Logger, TimeProvider Time, IProgress<TrainingProgress>? Progress)
{
    /// <summary>For ranks that do not report: warnings only, such as items that this rank left out.</summary>
    internal SessionServices Silent() => new(new WarningLogger(Logger), Time, null);
}
