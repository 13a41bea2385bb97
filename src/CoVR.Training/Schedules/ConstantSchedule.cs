namespace CoVR.Training;

/// <summary>The same rate at every step.</summary>
/// <param name="rate">The rate, finite and not negative.</param>
public sealed class ConstantSchedule(double rate) : ILearningRateSchedule
{
    private readonly double _rate = ScheduleGuard.Rate(rate);

    /// <inheritdoc/>
    public double RateAt(TrainingPosition position) => _rate;

    /// <inheritdoc/>
    public string Describe() => FormattableString.Invariant($"constant {_rate:R}");
}
