namespace CoVR.Training.Logging;

/// <summary>Records what happens in a run, as tables or curves. Called from the training thread only.</summary>
/// <remarks>
/// Records of a step or epoch are logged before the run state that includes them is saved. A logger that discards what
/// <see cref="Start"/> tells it to discard therefore has neither gaps nor duplicates, no matter when a process is killed.
/// </remarks>
public interface IRunLogger
{
    /// <summary>Called before the first step of a process.</summary>
    /// <param name="epoch">Finished epochs, validation included: 0, or where a saved state is resumed. Discard records of this epoch and later ones.</param>
    /// <param name="step">Finished steps. Discard records of later steps, which a killed process may have left.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    /// <param name="configuration">What defines the run, by name: the trainer's own settings and <see cref="CoVR.Training.Runs.TrainingPlan.Configuration"/>.</param>
    void Start(int epoch, long step, long totalSteps, IReadOnlyDictionary<string, string> configuration)
    {
    }

    /// <summary>Called after every step.</summary>
    /// <param name="record">The step.</param>
    void LogStep(StepRecord record)
    {
    }

    /// <summary>Called after every epoch.</summary>
    /// <param name="record">The epoch.</param>
    void LogEpoch(EpochRecord record)
    {
    }

    /// <summary>Called for every item that any rank left out of a batch because its media cannot be read, before the step of that batch is logged.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="step">The step of the batch, counted from 1.</param>
    /// <param name="item">The triplet or image.</param>
    /// <param name="media">What could not be read.</param>
    /// <param name="reason">Why.</param>
    void LogSkipped(int epoch, long step, string item, MediaId media, string reason)
    {
    }

    /// <summary>Called once at the end of a process that was not killed.</summary>
    /// <param name="fault">Null: trained to the end. <see cref="OperationCanceledException"/>: stopped on request, the state is saved. Otherwise the error that ended the run.</param>
    void Finish(Exception? fault)
    {
    }
}
