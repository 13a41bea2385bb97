namespace CoVR.Training;

/// <summary>The learning rate over a run.</summary>
/// <remarks>A pure function of the position, so that a resumed run goes on with the same numbers. Safe for use from several threads.</remarks>
public interface ILearningRateSchedule
{
    /// <summary>The learning rate of one step.</summary>
    /// <param name="position">Where the step is.</param>
    /// <returns>The rate, finite and not negative.</returns>
    double RateAt(TrainingPosition position);

    /// <summary>One line that tells two schedules apart; a run state of another schedule is refused.</summary>
    string Describe();
}
