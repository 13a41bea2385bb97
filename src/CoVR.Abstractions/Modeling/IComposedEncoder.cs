using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>Computes the embeddings of queries, targets and captions, in training and in evaluation alike.</summary>
/// <remarks>
/// An encoder with weights of this runtime is also a <see cref="nn.Module"/>: it is then moved, saved and trained as one. An encoder of
/// another runtime serves inference only. In evaluation mode calls are safe from several threads. Every returned tensor belongs to the
/// caller's dispose scope.
/// </remarks>
public interface IComposedEncoder
{
    /// <summary>Q, the vectors of a target or query.</summary>
    int Vectors { get; }

    /// <summary>D.</summary>
    int Dimensions { get; }

    /// <summary>Computes visual tokens, so that several calls can share them.</summary>
    /// <param name="pixels">[B, 3, S, S], normalised.</param>
    /// <returns>[B, N, C].</returns>
    Tensor EncodeVisual(Tensor pixels);

    /// <summary>Embeds gallery items.</summary>
    /// <param name="visualTokens">[B, N, C] from <see cref="EncodeVisual"/>.</param>
    /// <returns>[B, Q, D], unit rows.</returns>
    Tensor EncodeTarget(Tensor visualTokens);

    /// <summary>Embeds queries.</summary>
    /// <param name="visualTokens">[B, N, C] from <see cref="EncodeVisual"/>; may be null without <see cref="QueryParts.Reference"/>.</param>
    /// <param name="modification">Ids and mask [B, T]; may be null without <see cref="QueryParts.Modification"/>.</param>
    /// <param name="parts">The parts that the query uses.</param>
    /// <returns>[B, Q, D], unit rows; Q may be 1 for a query of one part, or of a fusion after the encoders.</returns>
    /// <exception cref="ArgumentException">A required part is missing.</exception>
    Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both);

    /// <summary>Computes what a text and a picture have to do with each other, token by token: the multimodal encoder's output before it is pooled.</summary>
    /// <param name="visualTokens">[B, N, C] from <see cref="EncodeVisual"/>.</param>
    /// <param name="text">Ids and mask [B, T].</param>
    /// <returns>Tokens [B, M, W], and their mask [B, M] int64, 1 for tokens and 0 for padding; null if nothing is padded. By default the vectors of the query, [B, Q, D].</returns>
    (Tensor Tokens, Tensor? Mask) EncodePair(Tensor visualTokens, TokenBatch text) => (EncodeQuery(visualTokens, text), null);

    /// <summary>Embeds captions of targets.</summary>
    /// <param name="caption">Ids and mask [B, T].</param>
    /// <returns>[B, D], unit rows.</returns>
    Tensor EncodeCaption(TokenBatch caption);

    /// <summary>Whether it embeds decoded frames and plain texts by <see cref="EmbedAsync"/>, as a service on the network does; its other methods then throw <see cref="NotSupportedException"/>.</summary>
    /// <value>False by default: it encodes pixels and token ids.</value>
    bool TakesFrames => false;

    /// <summary>Embeds frames and texts as they are: targets (a frame), queries by text (a text), and composed queries (both).</summary>
    /// <param name="rows">At least one row, each with a frame, a text, or both. The longer side of a frame has at most <see cref="ImageInput.Size"/> pixels.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>For each row [1, Q, D], unit rows.</returns>
    /// <exception cref="NotSupportedException">The encoder takes pixels and token ids.</exception>
    Task<IReadOnlyList<EmbeddingSet>> EmbedAsync(IReadOnlyList<(RgbFrame? Frame, string? Text)> rows, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{GetType().Name} encodes pixels and token ids.");
}

/// <summary>The parts of a composed query that the model uses.</summary>
[Flags]
public enum QueryParts
{
    /// <summary>The reference picture or video.</summary>
    Reference = 1,

    /// <summary>The text that says what to change.</summary>
    Modification = 2,

    /// <summary>Both: the method of the papers.</summary>
    Both = Reference | Modification,
}
