using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>Token ids as tensors.</summary>
/// <param name="Ids">[B, T] int64.</param>
/// <param name="Mask">[B, T] int64: 1 for tokens, 0 for padding.</param>
/// <remarks>Owns both tensors.</remarks>
public sealed record TokenBatch(Tensor Ids, Tensor Mask) : IDisposable
{
    /// <summary>Copies token ids to a device.</summary>
    /// <param name="text">The tokens.</param>
    /// <param name="device">Where the model is.</param>
    /// <returns>A batch that the caller (or the current dispose scope) disposes.</returns>
    public static TokenBatch From(TokenizedText text, Device device)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new TokenBatch(
            tensor(text.Ids, [text.Rows, text.Length], device: device),
            tensor(text.Mask, [text.Rows, text.Length], device: device));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ids.Dispose();
        Mask.Dispose();
    }
}
