namespace CoVR.Training;

/// <summary>Raises the rate in equal steps from nearly nothing, then follows another schedule.</summary>
/// <remarks>Step s of the first W has (s + 1) / W of the rate that the other schedule starts with; the other schedule begins after the warm-up.</remarks>
public sealed class LinearWarmupSchedule : ILearningRateSchedule
{
    private readonly int _steps;
    private readonly ILearningRateSchedule _then;

    /// <summary>Creates the schedule.</summary>
    /// <param name="steps">W, at least 1.</param>
    /// <param name="then">What follows; it sees steps counted from the end of the warm-up, and epochs as they are.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is below 1.</exception>
    public LinearWarmupSchedule(int steps, ILearningRateSchedule then)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        _steps = steps;
        _then = then ?? throw new ArgumentNullException(nameof(then));
    }

    /// <inheritdoc/>
    public double RateAt(TrainingPosition position)
    {
        var rest = Math.Max(1, position.TotalSteps - _steps);
        return position.Step < _steps
            ? _then.RateAt(new TrainingPosition(0, 0, rest)) * (position.Step + 1) / _steps
            : _then.RateAt(new TrainingPosition(position.Epoch, position.Step - _steps, rest));
    }

    /// <inheritdoc/>
    public string Describe() => $"{_steps} steps of warm-up, then {_then.Describe()}";
}
