namespace CoVR.Training;

/// <summary>Writes down what happens in a run, for tables and curves. Called from the training thread only.</summary>
public interface IRunLogger
{
    /// <summary>Called before the first step of a process.</summary>
    /// <param name="step">Steps that are finished: 0, or where a saved state is continued. Records of later steps, which a killed process may have left, are to be forgotten.</param>
    void Start(long step);

    /// <summary>Called after every step.</summary>
    /// <param name="record">The step.</param>
    void LogStep(StepRecord record);

    /// <summary>Called after every epoch.</summary>
    /// <param name="record">The epoch.</param>
    void LogEpoch(EpochRecord record);
}
