using Microsoft.Extensions.Logging;

namespace CoVR.Training;

/// <summary>Who is told about a run, and the clock.</summary>
internal sealed record SessionServices(ILogger Logger, TimeProvider Time, IProgress<TrainingProgress>? Progress);
