using CoVR.Training.Runs;

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

/// <summary>Raises the rate linearly from nearly 0, then follows another schedule.</summary>
/// <remarks>Step s of the first W has (s + 1) / W of the other schedule's first rate. The other schedule counts steps from the end of the warm-up, and epochs as they are.</remarks>
internal sealed class LinearWarmupSchedule(int steps, ILearningRateSchedule then) : ILearningRateSchedule
{
    public double RateAt(int epoch, long step, long totalSteps)
    {
        var rest = Math.Max(1, totalSteps - steps);
        return step < steps ? then.RateAt(0, 0, rest) * (step + 1) / steps : then.RateAt(epoch, step - steps, rest);
    }

    public string Describe() => $"{steps} steps of warm-up, then {then.Describe()}";
}

/// <summary>Creates the schedule that the options name, and counts steps.</summary>
internal static class LearningRateSchedules
{
    internal static ILearningRateSchedule Create(TrainingOptions options, long stepsPerEpoch)
    {
        ILearningRateSchedule schedule = options.Schedule switch
        {
            TrainingScheduleKind.CosinePerEpoch => new CosineEpochSchedule(options.LearningRate, Epochs(options, stepsPerEpoch), options.MinimumLearningRate),
            TrainingScheduleKind.StepPerEpoch => new StepEpochSchedule(options.LearningRate, options.StepFactor, options.MinimumLearningRate),
            TrainingScheduleKind.CosinePerStep => new CosineStepSchedule(options.LearningRate, options.MinimumLearningRate),
            _ => new ConstantSchedule(options.LearningRate),
        };
        return options.WarmupSteps == 0 ? schedule : new LinearWarmupSchedule(options.WarmupSteps, schedule);
    }

    /// <summary>Optimizer steps of an epoch; the last may accumulate fewer batches.</summary>
    internal static long StepsPerEpoch(TrainingOptions options, int batchesPerEpoch) =>
        (batchesPerEpoch + options.AccumulatedBatches - 1L) / options.AccumulatedBatches;

    internal static long TotalSteps(TrainingOptions options, long stepsPerEpoch) => options.MaxSteps ?? options.Epochs * stepsPerEpoch;

    private static int Epochs(TrainingOptions options, long stepsPerEpoch) =>
        options.MaxSteps is { } steps ? checked((int)((steps + stepsPerEpoch - 1) / stepsPerEpoch)) : options.Epochs;
}
