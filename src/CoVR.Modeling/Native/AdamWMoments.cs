using TorchSharp;

namespace CoVR.Modeling;

/// <summary>What AdamW remembers of one parameter; the caller owns the tensors.</summary>
/// <param name="Mean">Decayed mean of gradients (PyTorch's <c>exp_avg</c>), of the parameter's shape and type.</param>
/// <param name="MeanOfSquares">Decayed mean of squared gradients (<c>exp_avg_sq</c>), of the parameter's shape and type.</param>
/// <param name="Steps">How many steps were taken (<c>step</c>): one 32-bit float on the parameter's device.</param>
public sealed record AdamWMoments(torch.Tensor Mean, torch.Tensor MeanOfSquares, torch.Tensor Steps);
