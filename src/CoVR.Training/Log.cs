using Microsoft.Extensions.Logging;

namespace CoVR.Training;

/// <summary>The log messages of this package.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Training from step {Step} of {TotalSteps}, {Parameters} parameters.")]
    internal static partial void RunStarted(ILogger logger, long step, long totalSteps, int parameters);

    [LoggerMessage(2, LogLevel.Information, "Epoch {Epoch} finished at step {Step}, mean loss {Loss}.")]
    internal static partial void EpochFinished(ILogger logger, int epoch, long step, double loss);

    [LoggerMessage(3, LogLevel.Information, "Training finished at step {Step} after {Elapsed}.")]
    internal static partial void RunFinished(ILogger logger, long step, TimeSpan elapsed);

    [LoggerMessage(4, LogLevel.Information, "Training was stopped at step {Step} of {TotalSteps}; it can be resumed.")]
    internal static partial void RunCancelled(ILogger logger, long step, long totalSteps);
}
