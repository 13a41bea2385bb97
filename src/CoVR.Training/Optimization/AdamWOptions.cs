using CoVR.Training.Runs;

namespace CoVR.Training.Optimization;

/// <summary>The constants of <see cref="AdamWOptimizer"/>; see <see cref="TrainingOptions"/>.</summary>
internal sealed record AdamWOptions
{
    internal double Beta1 { get; init; } = 0.9;

    internal double Beta2 { get; init; } = 0.999;

    internal double Epsilon { get; init; } = 1e-8;

    internal double WeightDecay { get; init; } = 0.05;

    internal bool DecayBiasesAndNorms { get; init; } = true;

    internal static AdamWOptions Of(TrainingOptions options) => new()
    {
        Beta1 = options.Beta1,
        Beta2 = options.Beta2,
        Epsilon = options.Epsilon,
        WeightDecay = options.WeightDecay,
        DecayBiasesAndNorms = options.DecayBiasesAndNorms,
    };
}
