using CoVR.DependencyInjection;
using CoVR.Training.Batches;
using static TorchSharp.torch;

namespace CoVR.Training.Runs;

/// <summary>The settings that define the numbers of a run; a run state saved with other settings is refused.</summary>
internal static class RunSettings
{
    internal static IReadOnlyDictionary<string, string> Of(TrainingOptions options, RunParts parts, IReadOnlyList<string> trained) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["data"] = parts.Data,
            ["step"] = parts.Step,
            ["schedule"] = parts.Schedule,
            ["steps"] = FormattableString.Invariant($"{parts.Steps}"),
            ["seed"] = FormattableString.Invariant($"{options.Seed}"),
            ["ranks"] = FormattableString.Invariant($"{parts.Ranks}"),
            ["optimizer"] = FormattableString.Invariant(
                $"adamw {options.Beta1:R} {options.Beta2:R} {options.Epsilon:R} decay {options.WeightDecay:R}{(options.DecayBiasesAndNorms ? "" : " of matrices")} clip {options.ClipNorm:R}"),
            ["accumulated batches"] = FormattableString.Invariant($"{options.AccumulatedBatches}"),
            ["queries"] = FormattableString.Invariant($"{options.Parts}, {options.QueryFrames} {options.QueryFrameCount}"),
            ["targets"] = FormattableString.Invariant($"{options.TargetPooling} of {options.TargetFrames} frames"),
            ["precision"] = NameOf(options.Precision),
            ["trained"] = string.Join(' ', trained),
        };

    /// <summary>The name of a precision as Lightning, and with it the reference's <c>trainer.precision</c>, writes it.</summary>
    internal static string NameOf(ScalarType precision) => precision switch
    {
        ScalarType.BFloat16 => "bf16-mixed",
        ScalarType.Float16 => "16-mixed",
        _ => "32-true",
    };
}

/// <summary>What a run is made of beside its options.</summary>
internal sealed record RunParts(string Data, string Step, string Schedule, long Steps, int Ranks);
