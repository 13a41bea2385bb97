namespace CoVR.Training.Schedules;

/// <summary>A constant rate.</summary>
internal sealed class ConstantSchedule(double rate) : ILearningRateSchedule
{
    public double RateAt(int epoch, long step, long totalSteps) => rate;

    public string Describe() => FormattableString.Invariant($"constant {rate:R}");
}

/// <summary>Half a cosine from the initial to the minimum rate, updated before each epoch.</summary>
/// <remarks>
/// <c>CosineSchedule</c> of the reference's <c>src/tools/scheduler.py</c>: rate = min + (initial - min)(1 + cos(π epoch / epochs)) / 2, epochs
/// counted from 0, not clamped: beyond the last epoch the cosine rises again.
/// </remarks>
internal sealed class CosineEpochSchedule(double initial, int epochs, double minimum = 0) : ILearningRateSchedule
{
    public double RateAt(int epoch, long step, long totalSteps) => ((initial - minimum) * 0.5 * (1 + Math.Cos(Math.PI * epoch / epochs))) + minimum;

    public string Describe() => FormattableString.Invariant($"cosine from {initial:R} to {minimum:R} over {epochs} epochs");
}

/// <summary>Half a cosine from the initial to the minimum rate, updated at every step.</summary>
internal sealed class CosineStepSchedule(double initial, double minimum = 0) : ILearningRateSchedule
{
    public double RateAt(int epoch, long step, long totalSteps)
    {
        var share = Math.Min(1, (double)step / Math.Max(1, totalSteps));
        return ((initial - minimum) * 0.5 * (1 + Math.Cos(Math.PI * share))) + minimum;
    }

    public string Describe() => FormattableString.Invariant($"cosine from {initial:R} to {minimum:R} over all steps");
}

/// <summary>Multiplies the rate by a factor after each epoch, down to a minimum.</summary>
/// <remarks>
/// <c>StepSchedule</c> of the reference's <c>src/tools/scheduler.py</c>: max(min, initial · factor^epoch). The reference passes its weight
/// decay (0.05) as the factor, by mistake; here it is an argument.
/// </remarks>
internal sealed class StepEpochSchedule(double initial, double factor, double minimum = 0) : ILearningRateSchedule
{
    public double RateAt(int epoch, long step, long totalSteps) => Math.Max(minimum, initial * Math.Pow(factor, epoch));

    public string Describe() => FormattableString.Invariant($"step from {initial:R} by {factor:R} down to {minimum:R}");
}
