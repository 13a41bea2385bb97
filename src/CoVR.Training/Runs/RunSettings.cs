namespace CoVR.Training;

/// <summary>What defines the numbers of a run; a saved state of other settings is refused.</summary>
internal static class RunSettings
{
    internal static IReadOnlyDictionary<string, string> Of(
        TrainingOptions options, RunParts parts, IReadOnlyList<string> trained)
    {
        var adamW = options.AdamW;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["data"] = parts.Data,
            ["step"] = parts.Step,
            ["schedule"] = parts.Schedule,
            ["steps"] = FormattableString.Invariant($"{parts.Steps}"),
            ["seed"] = FormattableString.Invariant($"{options.Seed}"),
            ["ranks"] = FormattableString.Invariant($"{parts.Ranks}"),
            ["optimizer"] = FormattableString.Invariant(
                $"adamw {adamW.Beta1:R} {adamW.Beta2:R} {adamW.Epsilon:R} decay {adamW.WeightDecay:R}{(adamW.DecayBiasesAndNorms ? "" : " of matrices")} clip {options.ClipNorm:R}"),
            ["accumulated batches"] = FormattableString.Invariant($"{options.AccumulatedBatches}"),
            ["queries"] = FormattableString.Invariant($"{options.Parts}, {options.QueryFrames} {options.QueryFrameCount}"),
            ["targets"] = FormattableString.Invariant($"{options.TargetPooling} of {options.TargetFrames} frames"),
            ["precision"] = TrainingPrecisions.NameOf(options.Precision),
            ["trained"] = string.Join(' ', trained),
        };
    }
}

/// <summary>What a run is made of beside its options.</summary>
internal sealed record RunParts(string Data, string Step, string Schedule, long Steps, int Ranks);
