namespace CoVR.Training;

/// <summary>What a finished run left.</summary>
/// <param name="Steps">Steps taken in all, earlier processes of the same run included.</param>
/// <param name="ResumedAt">The step at which a saved state was continued; null for a run from the start.</param>
/// <param name="LastLoss">The weighted sum of the last step of this process; null when there was nothing left to do.</param>
/// <param name="Best">The best primary metric of validation; null without validation, or when the answers of its split are hidden.</param>
/// <param name="BestEpoch">The epoch of <paramref name="Best"/>, counted from 0; null without it.</param>
public sealed record TrainingResult(long Steps, long? ResumedAt, double? LastLoss, double? Best, int? BestEpoch)
{
    /// <summary>How long the steps of this process took, waiting for data included; without validation and saving.</summary>
    public TimeSpan StepTime { get; init; }

    /// <summary>How long of <see cref="StepTime"/> the model waited for data.</summary>
    public TimeSpan DataWait { get; init; }

    /// <summary>The share of <see cref="StepTime"/> in which the model waited for data, in [0, 1]; 0 without a step.</summary>
    public double DataWaitShare => StepTime > TimeSpan.Zero ? DataWait / StepTime : 0;

    /// <summary>How often an item was left out of its batch because its media cannot be read, by any rank, earlier processes of the same run included.</summary>
    public long Skipped { get; init; }
}
