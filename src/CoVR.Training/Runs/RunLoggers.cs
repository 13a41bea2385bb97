using System.Runtime.ExceptionServices;

namespace CoVR.Training;

/// <summary>All loggers of a run as one.</summary>
internal sealed class RunLoggers(IReadOnlyList<IRunLogger> loggers)
{
    internal void Start(RunStart start) => All(logger => logger.Start(start));

    internal void LogStep(StepRecord record) => All(logger => logger.LogStep(record));

    internal void LogEpoch(EpochRecord record) => All(logger => logger.LogEpoch(record));

    internal void LogSkipped(int epoch, long step, SkippedItem item) => All(logger => logger.LogSkipped(epoch, step, item));

    /// <summary>All are told, also when one of them fails. Its failure does not hide why the run itself ended early.</summary>
    internal void Finish(RunOutcome outcome)
    {
        ExceptionDispatchInfo? failure = null;
        foreach (var logger in loggers)
        {
            try
            {
                logger.Finish(outcome);
            }
            catch (Exception error)
            {
                failure ??= ExceptionDispatchInfo.Capture(error);
            }
        }

        if (outcome is RunOutcome.Completed)
        {
            failure?.Throw();
        }
    }

    private void All(Action<IRunLogger> tell)
    {
        foreach (var logger in loggers)
        {
            tell(logger);
        }
    }
}
