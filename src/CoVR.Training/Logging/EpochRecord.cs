namespace CoVR.Training;

/// <summary>One finished epoch.</summary>
/// <param name="Epoch">The epoch, counted from 0.</param>
/// <param name="Step">Steps that are finished.</param>
/// <param name="MeanLoss">The mean of the losses of its steps.</param>
/// <param name="Validation">What validation found; null without.</param>
public sealed record EpochRecord(int Epoch, long Step, double MeanLoss, ValidationReport? Validation)
{
    /// <summary>How long its steps took in this process, without validation. Differs between otherwise equal runs.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How long of <see cref="Duration"/> the model waited for data.</summary>
    public TimeSpan DataWait { get; init; }
}
