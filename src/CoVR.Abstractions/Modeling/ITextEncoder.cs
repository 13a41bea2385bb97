using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>Texts to contextual tokens, without looking at a picture.</summary>
/// <remarks>Derive from <see cref="TextEncoderModule"/> when the encoder owns weights of this runtime. In evaluation mode calls are safe from several threads.</remarks>
public interface ITextEncoder
{
    /// <summary>C, the width of a token.</summary>
    int Width { get; }

    /// <summary>Encodes texts.</summary>
    /// <param name="text">Ids and mask [B, T].</param>
    /// <returns>[B, T, C]; the caller's dispose scope owns it.</returns>
    Tensor Encode(TokenBatch text);
}

/// <summary>A text encoder with weights.</summary>
/// <param name="name">The module's name.</param>
public abstract class TextEncoderModule(string name) : nn.Module(name), ITextEncoder
{
    /// <inheritdoc/>
    public abstract int Width { get; }

    /// <inheritdoc/>
    public abstract Tensor Encode(TokenBatch text);
}
