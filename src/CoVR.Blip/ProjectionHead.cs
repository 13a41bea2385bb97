using CoVR.Modeling.Layers;
using static TorchSharp.torch;

namespace CoVR.Blip;

/// <summary>Takes the first token to the common space.</summary>
internal static class ProjectionHead
{
    /// <summary>Projects the first token and normalises.</summary>
    /// <param name="tokens">[B, T, C].</param>
    /// <param name="head">C to D.</param>
    /// <returns>[B, D], unit rows.</returns>
    public static Tensor Embed(Tensor tokens, Linear head)
    {
        using var scope = NewDisposeScope();
        return nn.functional.normalize(head.call(tokens.select(1, 0)), dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>The projection of targets, or an error that says why there is none.</summary>
    public static Linear Required(Linear? visionHead) =>
        visionHead ?? throw new InvalidOperationException($"This BLIP was built without {nameof(BlipArchitecture.VisionHead)}: it embeds texts only.");
}
