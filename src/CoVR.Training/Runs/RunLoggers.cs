namespace CoVR.Training;

/// <summary>All loggers of a run as one.</summary>
internal sealed class RunLoggers(IReadOnlyList<IRunLogger> loggers)
{
    internal void Start(RunStart start) => All(logger => logger.Start(start));

    internal void LogStep(StepRecord record) => All(logger => logger.LogStep(record));

    internal void LogEpoch(EpochRecord record) => All(logger => logger.LogEpoch(record));

    internal void LogSkipped(int epoch, long step, SkippedItem item) => All(logger => logger.LogSkipped(epoch, step, item));

    internal void Finish(RunOutcome outcome) => All(logger => logger.Finish(outcome));

    private void All(Action<IRunLogger> tell)
    {
        foreach (var logger in loggers)
        {
            tell(logger);
        }
    }
}
