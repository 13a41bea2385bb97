using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>Pictures to visual tokens: the backbone of a model.</summary>
/// <remarks>Derive from <see cref="VisualEncoderModule"/> when the encoder owns weights of this runtime. In evaluation mode calls are safe from several threads.</remarks>
public interface IVisualEncoder
{
    /// <summary>C, the width of a token.</summary>
    int Width { get; }

    /// <summary>The pictures it was trained on.</summary>
    ImageInput Input { get; }

    /// <summary>Encodes pictures.</summary>
    /// <param name="pixels">[B, 3, S, S], normalised.</param>
    /// <returns>[B, N, C], the class token first; the caller's dispose scope owns it.</returns>
    Tensor Encode(Tensor pixels);
}

/// <summary>A visual encoder with weights: moved, saved and trained by the runtime.</summary>
/// <param name="name">The module's name.</param>
public abstract class VisualEncoderModule(string name) : nn.Module<Tensor, Tensor>(name), IVisualEncoder
{
    /// <inheritdoc/>
    public abstract int Width { get; }

    /// <inheritdoc/>
    public abstract ImageInput Input { get; }

    /// <inheritdoc/>
    public Tensor Encode(Tensor pixels) => call(pixels);
}
