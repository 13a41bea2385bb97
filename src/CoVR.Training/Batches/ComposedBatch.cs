using CoVR.Data;
using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>One batch of composed training: references, modification texts and what they look for. On the host, without tensors.</summary>
/// <remarks>Owns the pixels.</remarks>
public sealed class ComposedBatch : IPartialBatch, IDisposable
{
    /// <summary>The triplets, B of them.</summary>
    public required IReadOnlyList<Triplet> Triplets { get; init; }

    /// <summary>The reference pixels [B F, 3, S, S], F frames of each; null when <see cref="VisualTokens"/> serve instead, or queries look at texts alone.</summary>
    public PixelBatch? References { get; init; }

    /// <summary>A table of visual tokens that were computed before; null when <see cref="References"/> are given.</summary>
    public VisualTokenTable? VisualTokens { get; init; }

    /// <summary>The modification texts [B, T].</summary>
    public required TokenizedText Modifications { get; init; }

    /// <summary>The stored embeddings of the targets [B, Q, D].</summary>
    public required EmbeddingSet Targets { get; init; }

    /// <summary>The captions of the targets [B, T], to be encoded by the model; null without.</summary>
    public TokenizedText? Captions { get; init; }

    /// <summary>The stored embeddings of the targets' captions [B, 1, D]; null without.</summary>
    public EmbeddingSet? CaptionEmbeddings { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<SkippedItem> Skipped { get; init; } = [];

    /// <inheritdoc/>
    public void Dispose() => References?.Dispose();
}
