namespace CoVR.Training.Runs;

/// <summary>The result of a finished run.</summary>
/// <param name="Steps">Steps taken in all, earlier processes of the same run included.</param>
/// <param name="ResumedAt">The step at which a saved state was resumed; null for a fresh run.</param>
/// <param name="LastLoss">The weighted sum of the last step of this process; null if there was nothing left to do.</param>
/// <param name="Best">The best primary metric of validation; null without validation, or if the answers of its split are hidden.</param>
/// <param name="BestEpoch">The epoch of <paramref name="Best"/>, counted from 0; null without it.</param>
public sealed record TrainingResult(long Steps, long? ResumedAt, double? LastLoss, double? Best, int? BestEpoch)
{
    /// <summary>The duration of the steps of this process, waiting for data included, without validation and saving.</summary>
    public TimeSpan StepTime { get; init; }

    /// <summary>The part of <see cref="StepTime"/> spent waiting for data.</summary>
    public TimeSpan DataWait { get; init; }

    /// <summary>The share of <see cref="StepTime"/> spent waiting for data, in [0, 1]; 0 without a step.</summary>
    public double DataWaitShare => StepTime > TimeSpan.Zero ? DataWait / StepTime : 0;

    /// <summary>How many items were left out of their batches because their media cannot be read, by all ranks, earlier processes of the same run included.</summary>
    public long Skipped { get; init; }
}
