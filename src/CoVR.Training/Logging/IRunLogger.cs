using CoVR.Data;
using CoVR.Training.Optimization;

namespace CoVR.Training.Logging;

/// <summary>Records what happens in a run, as tables or curves. Called from the training thread only.</summary>
/// <remarks>
/// Records of a step or epoch are logged before the run state that includes them is saved. A logger that discards what
/// <see cref="Start"/> tells it to discard therefore has neither gaps nor duplicates, no matter when a process is killed.
/// </remarks>
public interface IRunLogger
{
    /// <summary>Called before the first step of a process.</summary>
    /// <param name="epoch">Finished epochs, validation included: 0, or where a saved state is resumed. Discard records of this epoch and later ones.</param>
    /// <param name="step">Finished steps. Discard records of later steps, which a killed process may have left.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    /// <param name="configuration">What defines the run, by name: the trainer's own settings and <see cref="CoVR.Training.Runs.TrainingPlan.Configuration"/>.</param>
    void Start(int epoch, long step, long totalSteps, IReadOnlyDictionary<string, string> configuration)
    {
    }

    /// <summary>Called after every step.</summary>
    /// <param name="record">The step.</param>
    void LogStep(StepRecord record)
    {
    }

    /// <summary>Called after every epoch.</summary>
    /// <param name="record">The epoch.</param>
    void LogEpoch(EpochRecord record)
    {
    }

    /// <summary>Called for every item that any rank left out of a batch because its media cannot be read, before the step of that batch is logged.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="step">The step of the batch, counted from 1.</param>
    /// <param name="item">The triplet or image.</param>
    /// <param name="media">What could not be read.</param>
    /// <param name="reason">Why.</param>
    void LogSkipped(int epoch, long step, string item, MediaId media, string reason)
    {
    }

    /// <summary>Called once at the end of a process that was not killed.</summary>
    /// <param name="fault">Null: trained to the end. <see cref="OperationCanceledException"/>: stopped on request, the state is saved. Otherwise the error that ended the run.</param>
    void Finish(Exception? fault)
    {
    }
}

/// <summary>A finished step; also what progress is reported as.</summary>
/// <param name="Epoch">Its epoch, counted from 0.</param>
/// <param name="Step">Finished steps with this one, counted from 1, earlier processes of the same run included.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Loss">The weighted sum of the terms; the mean over the batches of the step if gradients are accumulated.</param>
/// <param name="Terms">The terms of the sum by name, before their weights.</param>
/// <param name="GradientNorm">The norm of all gradients before clipping; null without clipping.</param>
public sealed record StepRecord(int Epoch, long Step, double LearningRate, double Loss, IReadOnlyDictionary<string, double> Terms, double? GradientNorm)
{
    /// <summary>Steps of the whole run.</summary>
    public long TotalSteps { get; init; }

    /// <summary>The duration of the step, waiting for data included. Differs between otherwise equal runs.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The part of <see cref="Duration"/> spent waiting for data.</summary>
    public TimeSpan DataWait { get; init; }

    /// <summary>Time since this process started or resumed the run.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The part of <see cref="Elapsed"/> spent waiting for data.</summary>
    public TimeSpan TotalDataWait { get; init; }

    /// <summary>Steps that this process has taken.</summary>
    public long StepsHere { get; init; }

    /// <summary>The metrics of the step: <c>loss</c>, <c>lr</c>, <c>epoch</c>, the terms as <c>loss_si_ti</c> and so on, and <c>gradient_norm</c>.</summary>
    /// <param name="prefix">What every name starts with.</param>
    /// <returns>Names and values.</returns>
    public IReadOnlyList<(string Name, double Value)> Metrics(string prefix = "")
    {
        List<(string, double)> metrics = [(prefix + "loss", Loss), (prefix + "lr", LearningRate), (prefix + EpochRecord.EpochMetric, Epoch)];
        metrics.AddRange(Terms.Select(term => ($"{prefix}loss_{term.Key}", term.Value)));
        if (GradientNorm is { } norm)
        {
            metrics.Add((prefix + "gradient_norm", norm));
        }

        return metrics;
    }

    /// <summary>Whether the step is the first, or n, 2n, … steps after it.</summary>
    internal bool IsEvery(int n) => (Step - 1) % n == 0;
}

/// <summary>A finished epoch.</summary>
/// <param name="Epoch">The epoch, counted from 0.</param>
/// <param name="Step">Finished steps.</param>
/// <param name="MeanLoss">The mean loss of its steps.</param>
/// <param name="Validation">The result of validation; null without validation. It has no metrics if the answers of its split are hidden.</param>
public sealed record EpochRecord(int Epoch, long Step, double MeanLoss, RetrievalReport? Validation)
{
    internal const string EpochMetric = "epoch";

    /// <summary>The metric that only epochs have.</summary>
    internal const string MeanLossMetric = "epoch_loss";

    /// <summary>The duration of its steps in this process, without validation. Differs between otherwise equal runs.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The part of <see cref="Duration"/> spent waiting for data.</summary>
    public TimeSpan DataWait { get; init; }

    /// <summary>The duration of validation.</summary>
    public TimeSpan ValidationDuration { get; init; }

    /// <summary>The metrics of the epoch: <c>epoch_loss</c>, <c>epoch</c> and those of validation as <c>val/R1</c> and so on.</summary>
    /// <param name="prefix">What every name starts with.</param>
    /// <returns>Names and values.</returns>
    public IReadOnlyList<(string Name, double Value)> Metrics(string prefix = "") =>
    [
        (prefix + MeanLossMetric, MeanLoss),
        (prefix + EpochMetric, Epoch),
        .. (Validation?.Metrics ?? new Dictionary<string, double>()).Select(metric => ($"{prefix}val/{metric.Key.Replace("@", "", StringComparison.Ordinal)}", metric.Value)),
    ];
}
