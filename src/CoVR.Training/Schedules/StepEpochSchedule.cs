namespace CoVR.Training;

/// <summary>Multiplies the rate by a factor after each epoch, down to a smallest rate.</summary>
/// <remarks>
/// <c>StepSchedule</c> of the reference's <c>src/tools/scheduler.py</c>: max(min, initial · factor^epoch). The reference fills
/// the factor from the weight decay (0.05), which is a slip; here it is an argument.
/// </remarks>
public sealed class StepEpochSchedule : ILearningRateSchedule
{
    private readonly double _initial;
    private readonly double _factor;
    private readonly double _minimum;

    /// <summary>Creates the schedule.</summary>
    /// <param name="initial">The rate of epoch 0.</param>
    /// <param name="factor">What the rate is multiplied with, in (0, 1].</param>
    /// <param name="minimum">The smallest rate.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public StepEpochSchedule(double initial, double factor, double minimum = 0)
    {
        if (!(factor > 0 && factor <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor of an epoch is above 0 and at most 1.");
        }

        (_initial, _factor, _minimum) = (ScheduleGuard.Rate(initial), factor, ScheduleGuard.Rate(minimum));
    }

    /// <inheritdoc/>
    public double RateAt(TrainingPosition position) => Math.Max(_minimum, _initial * Math.Pow(_factor, position.Epoch));

    /// <inheritdoc/>
    public string Describe() => FormattableString.Invariant($"step from {_initial:R} by {_factor:R} down to {_minimum:R}");
}
