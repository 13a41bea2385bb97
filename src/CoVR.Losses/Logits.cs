using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>Similarities of a batch and their checks.</summary>
internal static class Logits
{
    /// <summary>Returns B of [B, B].</summary>
    internal static long RequireSquare(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        return logits.dim() == 2 && logits.shape[0] == logits.shape[1] && logits.shape[0] > 0
            ? logits.shape[0]
            : throw new ArgumentException($"Logits must be square, [B, B] with B at least 1, not {Describe(logits)}.", nameof(logits));
    }

    /// <summary>a · bᵀ / temperature: [B, D] and [B, D] to [B, B].</summary>
    internal static Tensor Between(Tensor first, Tensor second, double temperature)
    {
        if (first.dim() != 2 || !first.shape.SequenceEqual(second.shape))
        {
            throw new ArgumentException($"Both embeddings must be [B, D], not {Describe(first)} and {Describe(second)}.");
        }

        if (!double.IsFinite(temperature) || temperature <= 0)
        {
            throw new ArgumentException($"The temperature must be a finite number above 0, not {temperature}.");
        }

        using Scalar divisor = temperature;
        using var transposed = second.t();
        using var product = first.mm(transposed);
        return product.div(divisor);
    }

    private static string Describe(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
