using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Training;

/// <summary>Who is told about a run, and the clock.</summary>
internal sealed record SessionServices(ILogger Logger, TimeProvider Time, IProgress<TrainingProgress>? Progress)
{
    /// <summary>For ranks that do not report.</summary>
    internal SessionServices Silent() => new(NullLogger.Instance, Time, null);
}
