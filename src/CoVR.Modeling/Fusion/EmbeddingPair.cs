using CoVR.Modeling.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Fusion;

/// <summary>The embeddings that fusions after the encoders start from: a picture as a target, a text as a caption.</summary>
/// <param name="picture">Visual tokens [B, N, C] to targets [B, Q, D].</param>
/// <param name="caption">Texts to captions [B, D].</param>
internal sealed class EmbeddingPair(Func<Tensor, Tensor> picture, Func<TokenBatch, Tensor> caption)
{
    /// <summary>Fuses two parts; a single part is embedded as the family does.</summary>
    /// <param name="visualTokens">[B, N, C] or null.</param>
    /// <param name="text">[B, T] or null.</param>
    /// <param name="fuse">Picture [B, D], the mean of its unit vectors, and text [B, D] to [B, D] of any length.</param>
    /// <returns>[B, Q, D], unit rows.</returns>
    public Tensor Fuse(Tensor? visualTokens, TokenBatch? text, Func<Tensor, Tensor, Tensor> fuse)
    {
        using var scope = NewDisposeScope();
        var query = (visualTokens, text) switch
        {
            (null, null) => throw new ArgumentException("A query has a reference, a modification, or both.", nameof(visualTokens)),
            (null, _) => caption(text).unsqueeze(1),
            (_, null) => picture(visualTokens),
            _ => nn.functional.normalize(fuse(picture(visualTokens).mean([1]), caption(text)), dim: -1).unsqueeze(1),
        };
        return query.MoveToOuterDisposeScope();
    }
}

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
