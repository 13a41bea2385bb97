using System.Runtime.ExceptionServices;

namespace CoVR.Training.Logging;

/// <summary>All loggers of a run as one.</summary>
internal sealed class RunLoggerGroup(IReadOnlyList<IRunLogger> loggers) : IRunLogger
{
    public void Start(int epoch, long step, long totalSteps, IReadOnlyDictionary<string, string> configuration) =>
        ForEach(logger => logger.Start(epoch, step, totalSteps, configuration));

    public void LogStep(StepRecord record) => ForEach(logger => logger.LogStep(record));

    public void LogEpoch(EpochRecord record) => ForEach(logger => logger.LogEpoch(record));

    public void LogSkipped(int epoch, long step, string item, MediaId media, string reason) =>
        ForEach(logger => logger.LogSkipped(epoch, step, item, media, reason));

    /// <summary>Finishes every logger, even if one fails; a logger's failure does not hide that of the run.</summary>
    public void Finish(Exception? fault)
    {
        ExceptionDispatchInfo? failure = null;
        foreach (var logger in loggers)
        {
            try
            {
                logger.Finish(fault);
            }
            catch (Exception error)
            {
                failure ??= ExceptionDispatchInfo.Capture(error);
            }
        }

        if (fault is null)
        {
            failure?.Throw();
        }
    }

    private void ForEach(Action<IRunLogger> call)
    {
        foreach (var logger in loggers)
        {
            call(logger);
        }
    }
}
