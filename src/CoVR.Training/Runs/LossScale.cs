namespace CoVR.Training;

/// <summary>What losses are multiplied with before gradients are computed in 16-bit floats, so that small gradients do not vanish.</summary>
/// <remarks>
/// Micikevicius et al. 2018 (arXiv 1710.03740) with the numbers of <c>torch.amp.GradScaler</c>: halved when gradients overflow (that
/// step changes nothing), doubled after 2000 good steps.
/// </remarks>
/// <param name="Factor">The factor.</param>
/// <param name="GoodSteps">Steps since it changed.</param>
internal sealed record LossScale(double Factor, int GoodSteps)
{
    private const int Patience = 2000;

    internal static LossScale? For(TrainingPrecision precision) => precision is TrainingPrecision.Float16Mixed ? new LossScale(65536, 0) : null;

    internal LossScale After(bool finite) => (finite, GoodSteps + 1) switch
    {
        (false, _) => new LossScale(Factor / 2, 0),
        (true, Patience) => new LossScale(Factor * 2, 0),
        (true, var good) => this with { GoodSteps = good },
    };
}
