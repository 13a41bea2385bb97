namespace CoVR.Training;

/// <summary>Falls from the initial to the smallest rate along half a cosine, a little at every step of the run.</summary>
public sealed class CosineStepSchedule : ILearningRateSchedule
{
    private readonly double _initial;
    private readonly double _minimum;

    /// <summary>Creates the schedule.</summary>
    /// <param name="initial">The rate of the first step.</param>
    /// <param name="minimum">The rate that the last step comes close to.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public CosineStepSchedule(double initial, double minimum = 0) =>
        (_initial, _minimum) = (ScheduleGuard.Rate(initial), ScheduleGuard.Rate(minimum));

    /// <inheritdoc/>
    public double RateAt(TrainingPosition position)
    {
        var share = Math.Min(1, (double)position.Step / Math.Max(1, position.TotalSteps));
        return ((_initial - _minimum) * 0.5 * (1 + Math.Cos(Math.PI * share))) + _minimum;
    }

    /// <inheritdoc/>
    public string Describe() => FormattableString.Invariant($"cosine from {_initial:R} to {_minimum:R} over all steps");
}
