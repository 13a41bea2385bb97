using Microsoft.Extensions.Logging;

namespace CoVR.Training;

/// <summary>The log messages of this package.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Training from step {Step} of {TotalSteps}, {Parameters} parameters.")]
    internal static partial void RunStarted(ILogger logger, long step, long totalSteps, int parameters);

    [LoggerMessage(2, LogLevel.Information, "Epoch {Epoch} finished at step {Step}, mean loss {Loss}; {WaitShare:P1} of its {Elapsed} was spent waiting for data.")]
    internal static partial void EpochFinished(ILogger logger, int epoch, long step, double loss, double waitShare, TimeSpan elapsed);

    [LoggerMessage(3, LogLevel.Information, "Training finished at step {Step} after {Elapsed}.")]
    internal static partial void RunFinished(ILogger logger, long step, TimeSpan elapsed);

    [LoggerMessage(4, LogLevel.Information, "Training was stopped at step {Step} of {TotalSteps}; it can be resumed.")]
    internal static partial void RunCancelled(ILogger logger, long step, long totalSteps);

    [LoggerMessage(5, LogLevel.Warning, "Skipped at step {Step}: {Item}, because '{Media}' cannot be read: {Reason}")]
    internal static partial void ItemSkipped(ILogger logger, long step, string item, string media, string reason);

    [LoggerMessage(6, LogLevel.Warning, "The gradients of step {Step} overflowed 16 bits; the step was skipped, and losses are scaled by {Factor} from now on.")]
    internal static partial void GradientsOverflowed(ILogger logger, long step, double factor);

    [LoggerMessage(7, LogLevel.Warning, "Validation has no primary metric, because the answers of its split are hidden: no weights are kept as the best.")]
    internal static partial void NoPrimaryMetric(ILogger logger);

    [LoggerMessage(8, LogLevel.Warning, "Epoch {Epoch}: {Skipped} items were skipped because their media cannot be read.")]
    internal static partial void EpochSkipped(ILogger logger, int epoch, long skipped);

    [LoggerMessage(20, LogLevel.Information, "[{Percent:F0}%] epoch {Epoch}, step {Step} of {TotalSteps}: loss {Loss:F6}, learning rate {LearningRate:G4}")]
    internal static partial void StepLine(ILogger logger, double percent, int epoch, long step, long totalSteps, double loss, double learningRate);

    [LoggerMessage(21, LogLevel.Information, "Epoch {Epoch}: mean loss {Loss:F6}{Metrics}")]
    internal static partial void EpochLine(ILogger logger, int epoch, double loss, string metrics);
}
