namespace CoVR.Training;

/// <summary>One finished epoch.</summary>
/// <param name="Epoch">The epoch, counted from 0.</param>
/// <param name="Step">Steps that are finished.</param>
/// <param name="MeanLoss">The mean of the losses of its steps.</param>
/// <param name="Validation">What validation found; null without.</param>
public sealed record EpochRecord(int Epoch, long Step, double MeanLoss, ValidationReport? Validation);
