using Microsoft.Extensions.Logging;

namespace CoVR.Training;

/// <summary>Writes plain lines through <see cref="ILogger"/>, for hosts without a progress bar; where they appear is the host's choice.</summary>
public sealed class ConsoleRunLogger : IRunLogger
{
    private readonly ILogger _logger;
    private readonly int _interval;
    private long _total;

    /// <summary>Creates a logger.</summary>
    /// <param name="loggers">Where lines go, in the category of this class.</param>
    /// <param name="interval">Of how many steps one is written, at least 1.</param>
    public ConsoleRunLogger(ILoggerFactory loggers, int interval = 10)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        (_logger, _interval) = (loggers.CreateLogger<ConsoleRunLogger>(), interval);
    }

    /// <inheritdoc/>
    public void Start(RunStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        _total = start.TotalSteps;
    }

    /// <inheritdoc/>
    public void LogStep(StepRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (RunMetrics.IsDue(record.Step, _interval))
        {
            Log.StepLine(_logger, 100.0 * record.Step / Math.Max(1, _total), record.Epoch + 1, record.Step, _total, record.Loss, record.LearningRate);
        }
    }

    /// <inheritdoc/>
    public void LogEpoch(EpochRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var metrics = (record.Validation?.Metrics ?? new Dictionary<string, double>()).Select(metric => FormattableString.Invariant($", {metric.Key} {metric.Value:F2}"));
        Log.EpochLine(_logger, record.Epoch + 1, record.MeanLoss, string.Concat(metrics));
    }
}
