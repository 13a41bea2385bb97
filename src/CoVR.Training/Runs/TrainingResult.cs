namespace CoVR.Training;

/// <summary>What a finished run left.</summary>
/// <param name="Steps">Steps taken in all, earlier processes of the same run included.</param>
/// <param name="ResumedAt">The step at which a saved state was continued; null for a run from the start.</param>
/// <param name="LastLoss">The weighted sum of the last step of this process; null when there was nothing left to do.</param>
/// <param name="Best">The best primary metric of validation; null without validation.</param>
/// <param name="BestEpoch">The epoch of <paramref name="Best"/>, counted from 0; null without validation.</param>
public sealed record TrainingResult(long Steps, long? ResumedAt, double? LastLoss, double? Best, int? BestEpoch);
