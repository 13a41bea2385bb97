using System.Diagnostics.Metrics;
using CoVR.Training.Logging;

namespace CoVR.Training;

/// <summary>The meter of training, <c>CoVR.Training</c>; every run of a process reports to it, regardless of its loggers.</summary>
internal static class TrainingDiagnostics
{
    private static readonly Meter Meter = new("CoVR.Training");

    private static readonly Gauge<double> Loss = Meter.CreateGauge<double>("covr.training.loss", null, "The loss of the last step.");

    private static readonly Gauge<double> LearningRate = Meter.CreateGauge<double>("covr.training.learning_rate", null, "The learning rate of the last step.");

    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("covr.training.steps", "{step}", "Steps that this process has taken.");

    private static readonly Histogram<double> StepDuration =
        Meter.CreateHistogram<double>("covr.training.step.duration", "s", "Duration of one step, including waiting for data.");

    private static readonly Histogram<double> DataWait =
        Meter.CreateHistogram<double>("covr.training.data_wait.duration", "s", "Time that one step waited for data.");

    internal static void Record(StepRecord record)
    {
        Loss.Record(record.Loss);
        LearningRate.Record(record.LearningRate);
        Steps.Add(1);
        StepDuration.Record(record.Duration.TotalSeconds);
        DataWait.Record(record.DataWait.TotalSeconds);
    }
}
