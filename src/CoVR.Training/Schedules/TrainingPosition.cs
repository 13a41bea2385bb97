namespace CoVR.Training;

/// <summary>Where in a training run the next step is.</summary>
/// <param name="Epoch">Epochs that are finished, from 0.</param>
/// <param name="Step">Steps that are finished in all epochs, from 0.</param>
/// <param name="TotalSteps">Steps of the whole run, at least 1.</param>
public readonly record struct TrainingPosition(int Epoch, long Step, long TotalSteps);
