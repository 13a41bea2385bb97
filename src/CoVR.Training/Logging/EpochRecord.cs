using CoVR.Data;

namespace CoVR.Training.Logging;

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
