namespace CoVR.Training;

/// <summary>Writes down what happens in a run, for tables and curves. Called from the training thread only.</summary>
/// <remarks>
/// Records of a step or epoch are handed over before the run state that includes them is saved. A logger that forgets what
/// <see cref="Start"/> asks it to forget has therefore neither gaps nor repeats, wherever a process is killed.
/// </remarks>
public interface IRunLogger
{
    /// <summary>Called before the first step of a process.</summary>
    /// <param name="start">Where the run stands, and what it is.</param>
    void Start(RunStart start);

    /// <summary>Called after every step.</summary>
    /// <param name="record">The step.</param>
    void LogStep(StepRecord record);

    /// <summary>Called after every epoch.</summary>
    /// <param name="record">The epoch.</param>
    void LogEpoch(EpochRecord record);

    /// <summary>Called for every item that any rank left out of a batch, before the step of that batch is logged.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="step">Steps that will be finished with the batch's step, counted from 1.</param>
    /// <param name="item">What was left out, and why.</param>
    void LogSkipped(int epoch, long step, SkippedItem item)
    {
    }

    /// <summary>Called once at the end of a process that was not killed.</summary>
    /// <param name="outcome">How it ended.</param>
    void Finish(RunOutcome outcome)
    {
    }
}
