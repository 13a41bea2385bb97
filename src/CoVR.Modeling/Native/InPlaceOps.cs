using TorchSharp;

namespace CoVR.Modeling.Native;

/// <summary>Operators that overwrite their argument, for inference: large fresh buffers cost more than the arithmetic.</summary>
internal static class InPlaceOps
{
    /// <summary>Exact GELU, 0.5 x (1 + erf(x / √2)), written over its argument. Thread-safe for different tensors.</summary>
    /// <param name="tensor">Any shape, floating point, owned by the caller; overwritten.</param>
    /// <returns>The same tensor.</returns>
    /// <exception cref="InvalidOperationException">Gradients are being recorded through the tensor; autograd needs the old values.</exception>
    public static torch.Tensor Gelu_(torch.Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.requires_grad && torch.is_grad_enabled())
        {
            throw new InvalidOperationException("In-place GELU is for inference; use torch.nn.functional.gelu where gradients are recorded.");
        }

        var result = tensor.gelu_();
        if (!ReferenceEquals(result, tensor))
        {
            result.Dispose();
        }

        return tensor;
    }
}
