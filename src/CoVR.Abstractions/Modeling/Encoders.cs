using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>Encodes pictures to visual tokens: the backbone of a model.</summary>
/// <remarks>
/// An encoder with weights of this runtime is also a <see cref="nn.Module"/>: it is then moved, saved and trained with the model. In
/// evaluation mode calls are safe from several threads.
/// </remarks>
public interface IVisualEncoder
{
    /// <summary>C, the width of a token.</summary>
    int Width { get; }

    /// <summary>Its image input.</summary>
    ImageInput Input { get; }

    /// <summary>Names what rounds its tokens, for example <c>onnx-int8</c>; part of the model's name and so of the fingerprint.</summary>
    /// <value>Null: they are computed in 32 bits.</value>
    string? Rounding => null;

    /// <summary>Encodes pictures.</summary>
    /// <param name="pixels">[B, 3, S, S], normalised.</param>
    /// <returns>[B, N, C], the class token first; the caller's dispose scope owns it.</returns>
    Tensor Encode(Tensor pixels);
}

/// <summary>Encodes texts to contextual tokens, without a picture.</summary>
/// <remarks>With weights of this runtime it is also a <see cref="nn.Module"/>. In evaluation mode calls are safe from several threads.</remarks>
public interface ITextEncoder
{
    /// <summary>C, the width of a token.</summary>
    int Width { get; }

    /// <summary>Encodes texts.</summary>
    /// <param name="text">Ids and mask [B, T].</param>
    /// <returns>[B, T, C]; the caller's dispose scope owns it.</returns>
    Tensor Encode(TokenBatch text);
}

/// <summary>Fuses visual tokens and a text into query vectors: cross attention, late fusion, average.</summary>
/// <remarks>With weights of this runtime it is also a <see cref="nn.Module"/>. In evaluation mode calls are safe from several threads.</remarks>
public interface IFusionModule
{
    /// <summary>Computes query vectors.</summary>
    /// <param name="visualTokens">[B, N, C] of the reference; null if the query has no reference.</param>
    /// <param name="text">Ids and mask [B, T]; null if the query has no text.</param>
    /// <returns>[B, Q, D], unit rows; the caller's dispose scope owns it.</returns>
    Tensor Fuse(Tensor? visualTokens, TokenBatch? text);
}
