using static TorchSharp.torch;

namespace CoVR.Training.Runs;

/// <summary>What losses are multiplied with before gradients are computed in 16-bit floats, so that small gradients do not vanish.</summary>
/// <remarks>
/// Micikevicius et al. 2018 (arXiv:1710.03740) with the constants of <c>torch.amp.GradScaler</c>: halved if gradients overflow (that
/// step changes nothing), doubled after 2000 good steps.
/// </remarks>
internal sealed record LossScale(double Factor, int GoodSteps)
{
    private const int GrowthInterval = 2000;

    internal static LossScale? For(ScalarType precision) => precision is ScalarType.Float16 ? new LossScale(65536, 0) : null;

    internal LossScale After(bool finite) => (finite, GoodSteps + 1) switch
    {
        (false, _) => new LossScale(Factor / 2, 0),
        (true, GrowthInterval) => new LossScale(Factor * 2, 0),
        (true, var good) => this with { GoodSteps = good },
    };
}
