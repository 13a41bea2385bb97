using Microsoft.Extensions.Logging;

namespace CoVR.Training.Logging;

/// <summary>Writes plain lines through <see cref="ILogger"/>, for hosts without a progress bar; where they appear is the host's choice.</summary>
internal sealed class ConsoleRunLogger : IRunLogger
{
    private readonly ILogger _logger;
    private readonly int _interval;
    private long _total;

    public ConsoleRunLogger(ILoggerFactory loggers, int interval = 10)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        (_logger, _interval) = (loggers.CreateLogger<ConsoleRunLogger>(), interval);
    }

    public void Start(int epoch, long step, long totalSteps, IReadOnlyDictionary<string, string> configuration) => _total = totalSteps;

    public void LogStep(StepRecord record)
    {
        if (record.IsEvery(_interval))
        {
            Log.StepLine(_logger, 100.0 * record.Step / Math.Max(1, _total), record.Epoch + 1, record.Step, _total, record.Loss, record.LearningRate);
        }
    }

    public void LogEpoch(EpochRecord record)
    {
        var metrics = (record.Validation?.Metrics ?? new Dictionary<string, double>()).Select(metric => FormattableString.Invariant($", {metric.Key} {metric.Value:F2}"));
        Log.EpochLine(_logger, record.Epoch + 1, record.MeanLoss, string.Concat(metrics));
    }
}
