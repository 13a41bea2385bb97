namespace CoVR.Training.Schedules;

/// <summary>The learning rate over a run.</summary>
/// <remarks>A pure function of the position, so that a resumed run continues with the same rates. Safe for use from several threads.</remarks>
internal interface ILearningRateSchedule
{
    /// <summary>The learning rate of one step.</summary>
    /// <param name="epoch">Finished epochs, from 0.</param>
    /// <param name="step">Finished steps of all epochs, from 0.</param>
    /// <param name="totalSteps">Steps of the whole run, at least 1.</param>
    /// <returns>The rate, finite and not negative.</returns>
    double RateAt(int epoch, long step, long totalSteps);

    /// <summary>One line that identifies the schedule; a run state saved with another schedule is refused.</summary>
    string Describe();
}

/// <summary>The built-in learning-rate schedules.</summary>
public enum TrainingScheduleKind
{
    /// <summary>Half a cosine, updated before each epoch (the reference's <c>cosine</c>).</summary>
    CosinePerEpoch,

    /// <summary>A factor per epoch (the reference's <c>step</c>).</summary>
    StepPerEpoch,

    /// <summary>Half a cosine over all steps.</summary>
    CosinePerStep,

    /// <summary>A constant rate.</summary>
    Constant,
}
