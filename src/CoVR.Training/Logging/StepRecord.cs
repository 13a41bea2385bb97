namespace CoVR.Training;

/// <summary>One finished step.</summary>
/// <param name="Epoch">Its epoch, counted from 0.</param>
/// <param name="Step">Steps that are finished with it, counted from 1.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Loss">The weighted sum; the mean over the batches of the step where gradients are accumulated.</param>
/// <param name="Terms">The parts of the sum.</param>
/// <param name="GradientNorm">The norm of all gradients before clipping; null without clipping.</param>
public sealed record StepRecord(int Epoch, long Step, double LearningRate, double Loss, IReadOnlyList<NamedLoss> Terms, double? GradientNorm)
{
    /// <summary>How long the step took, waiting for data included. Differs between otherwise equal runs.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How long of <see cref="Duration"/> the model waited for data.</summary>
    public TimeSpan DataWait { get; init; }
}
