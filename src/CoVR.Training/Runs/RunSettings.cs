namespace CoVR.Training;

/// <summary>What defines the numbers of a run; a saved state of other settings is refused.</summary>
internal static class RunSettings
{
    internal static IReadOnlyDictionary<string, string> Of(
        TrainingOptions options, string data, string schedule, long totalSteps, int ranks, IReadOnlyList<string> trained)
    {
        var adamW = options.AdamW;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["data"] = data,
            ["schedule"] = schedule,
            ["steps"] = FormattableString.Invariant($"{totalSteps}"),
            ["seed"] = FormattableString.Invariant($"{options.Seed}"),
            ["ranks"] = FormattableString.Invariant($"{ranks}"),
            ["optimizer"] = FormattableString.Invariant(
                $"adamw {adamW.Beta1:R} {adamW.Beta2:R} {adamW.Epsilon:R} decay {adamW.WeightDecay:R}{(adamW.DecayBiasesAndNorms ? "" : " of matrices")} clip {options.ClipNorm:R}"),
            ["accumulated batches"] = FormattableString.Invariant($"{options.AccumulatedBatches}"),
            ["precision"] = TrainingPrecisions.NameOf(options.Precision),
            ["trained"] = string.Join(' ', trained),
        };
    }
}
