namespace CoVR.Training;

/// <summary>Builds the schedule that options name.</summary>
internal static class TrainingSchedules
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

    /// <summary>Steps of the optimiser in an epoch; the last may accumulate fewer batches.</summary>
    internal static long StepsPerEpoch(TrainingOptions options, int batchesPerEpoch) =>
        (batchesPerEpoch + options.AccumulatedBatches - 1L) / options.AccumulatedBatches;

    internal static long TotalSteps(TrainingOptions options, long stepsPerEpoch) => options.MaxSteps ?? options.Epochs * stepsPerEpoch;

    private static int Epochs(TrainingOptions options, long stepsPerEpoch) =>
        options.MaxSteps is { } steps ? checked((int)((steps + stepsPerEpoch - 1) / stepsPerEpoch)) : options.Epochs;
}
