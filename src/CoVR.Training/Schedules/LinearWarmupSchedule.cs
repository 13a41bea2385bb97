using CoVR.Training.Runs;

namespace CoVR.Training.Schedules;

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
