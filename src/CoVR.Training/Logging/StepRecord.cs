namespace CoVR.Training;

/// <summary>One finished step.</summary>
/// <param name="Epoch">Its epoch, counted from 0.</param>
/// <param name="Step">Steps that are finished with it, counted from 1.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Loss">The weighted sum.</param>
/// <param name="Terms">The parts of the sum.</param>
/// <param name="GradientNorm">The norm of all gradients before clipping; null without clipping.</param>
public sealed record StepRecord(int Epoch, long Step, double LearningRate, double Loss, IReadOnlyList<NamedLoss> Terms, double? GradientNorm);
