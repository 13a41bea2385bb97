using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>The one place where queries, targets and captions become embeddings, in training and in evaluation alike.</summary>
/// <remarks>
/// Derive from <see cref="ComposedEncoderModule"/> when it owns weights of this runtime; an encoder of another
/// runtime may implement the interface alone and serve inference. In evaluation mode calls are safe from several
/// threads. Every returned tensor belongs to the caller's dispose scope.
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
    /// <param name="parts">What the query looks at.</param>
    /// <returns>[B, Q, D], unit rows; Q may be 1 for a query of one part, or of a fusion after the encoders.</returns>
    /// <exception cref="ArgumentException">A part that is asked for is missing.</exception>
    Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both);

    /// <summary>Embeds captions of targets.</summary>
    /// <param name="caption">Ids and mask [B, T].</param>
    /// <returns>[B, D], unit rows.</returns>
    Tensor EncodeCaption(TokenBatch caption);
}

/// <summary>A composed encoder with weights: moved, saved and trained by the runtime.</summary>
/// <param name="name">The module's name.</param>
public abstract class ComposedEncoderModule(string name) : nn.Module(name), IComposedEncoder
{
    /// <inheritdoc/>
    public abstract int Vectors { get; }

    /// <inheritdoc/>
    public abstract int Dimensions { get; }

    /// <inheritdoc/>
    public abstract Tensor EncodeVisual(Tensor pixels);

    /// <inheritdoc/>
    public abstract Tensor EncodeTarget(Tensor visualTokens);

    /// <inheritdoc/>
    public abstract Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both);

    /// <inheritdoc/>
    public abstract Tensor EncodeCaption(TokenBatch caption);
}
