namespace CoVR.Training;

/// <summary>What a logger is told before the first step of a process.</summary>
/// <param name="Epoch">Epochs that are finished, validation and all: 0, or where a saved state is continued. Records of this epoch and later ones are to be forgotten.</param>
/// <param name="Step">Steps that are finished. Records of later steps, which a killed process may have left, are to be forgotten.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Configuration">What defines the run, by name: the trainer's own settings and what the host added (<see cref="TrainingRun{TBatch}.Configuration"/>).</param>
public sealed record RunStart(int Epoch, long Step, long TotalSteps, IReadOnlyDictionary<string, string> Configuration);
