using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Optimization;

/// <summary>Clipping by global norm, as <c>torch.nn.utils.clip_grad_norm_</c> does it.</summary>
internal static class GradientNorm
{
    /// <summary>The common Euclidean norm; not finite when a gradient is not.</summary>
    internal static double Of(IReadOnlyList<Tensor> gradients)
    {
        if (gradients.Count == 0)
        {
            return 0;
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var device = gradients[0].device;
        var norm = linalg.vector_norm(stack(gradients.Select(gradient => linalg.vector_norm(gradient).to(device))));
        return (double)norm.cpu().to(float32).item<float>();
    }

    internal static double Clip(IReadOnlyList<Tensor> gradients, double maximum)
    {
        var total = Of(gradients);
        var factor = maximum / (total + 1e-6);
        if (factor < 1)
        {
            using var _ = no_grad();
            using var scope = NewDisposeScope();
            using Scalar scale = factor;
            foreach (var gradient in gradients)
            {
                gradient.mul_(scale);
            }
        }

        return total;
    }
}
