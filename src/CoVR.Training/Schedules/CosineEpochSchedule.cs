namespace CoVR.Training;

/// <summary>Falls from the initial to the smallest rate along half a cosine, once for each epoch.</summary>
/// <remarks>
/// <c>CosineSchedule</c> of the reference's <c>src/tools/scheduler.py</c>: rate = min + (initial - min)(1 + cos(π epoch / epochs)) / 2,
/// set before each epoch, epochs counted from 0. Nothing is clamped: beyond the last epoch the cosine rises again.
/// </remarks>
public sealed class CosineEpochSchedule : ILearningRateSchedule
{
    private readonly double _initial;
    private readonly double _minimum;
    private readonly int _epochs;

    /// <summary>Creates the schedule.</summary>
    /// <param name="initial">The rate of epoch 0.</param>
    /// <param name="epochs">Where the smallest rate is reached; at least 1.</param>
    /// <param name="minimum">The smallest rate.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public CosineEpochSchedule(double initial, int epochs, double minimum = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        (_initial, _minimum, _epochs) = (ScheduleGuard.Rate(initial), ScheduleGuard.Rate(minimum), epochs);
    }

    /// <inheritdoc/>
    public double RateAt(TrainingPosition position) =>
        ((_initial - _minimum) * 0.5 * (1 + Math.Cos(Math.PI * position.Epoch / _epochs))) + _minimum;

    /// <inheritdoc/>
    public string Describe() => FormattableString.Invariant($"cosine from {_initial:R} to {_minimum:R} over {_epochs} epochs");
}
