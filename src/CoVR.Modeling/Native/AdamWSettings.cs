namespace CoVR.Modeling;

/// <summary>The numbers of one AdamW step (Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019).</summary>
/// <param name="LearningRate">The step size, 0 or more.</param>
/// <param name="Beta1">Decay of the mean of gradients, in [0, 1).</param>
/// <param name="Beta2">Decay of the mean of squared gradients, in [0, 1).</param>
/// <param name="WeightDecay">The share of a weight, times the learning rate, that is taken off it; 0 or more.</param>
/// <param name="Epsilon">Added to the denominator; above 0.</param>
public readonly record struct AdamWSettings(double LearningRate, double Beta1, double Beta2, double WeightDecay, double Epsilon);
