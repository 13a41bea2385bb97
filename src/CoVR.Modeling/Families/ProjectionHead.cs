using CoVR.Modeling.Layers;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>Takes tokens to the common space: a linear map, then unit length.</summary>
public static class ProjectionHead
{
    /// <summary>Projects tokens.</summary>
    /// <param name="tokens">[…, C].</param>
    /// <param name="head">C to D.</param>
    /// <returns>[…, D], unit rows; the caller's dispose scope owns it.</returns>
    public static Tensor Embed(Tensor tokens, Linear head)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(head);
        using var scope = NewDisposeScope();
        return nn.functional.normalize(head.call(tokens), dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>Projects the first token, which stands for all.</summary>
    /// <param name="tokens">[B, T, C].</param>
    /// <param name="head">C to D.</param>
    /// <returns>[B, D], unit rows; the caller's dispose scope owns it.</returns>
    public static Tensor EmbedFirst(Tensor tokens, Linear head)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        using var scope = NewDisposeScope();
        return Embed(tokens.select(1, 0), head).MoveToOuterDisposeScope();
    }
}
