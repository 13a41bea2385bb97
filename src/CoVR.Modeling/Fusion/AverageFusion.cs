using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Fusion;

/// <summary><see cref="QueryFusion.Average"/>: no weights of its own.</summary>
internal sealed class AverageFusion(EmbeddingPair embeddings) : IFusionModule
{
    /// <inheritdoc/>
    public Tensor Fuse(Tensor? visualTokens, TokenBatch? text) => embeddings.Fuse(visualTokens, text, static (picture, caption) =>
    {
        using Scalar half = 0.5;
        return picture.add(caption).mul(half);
    });
}
