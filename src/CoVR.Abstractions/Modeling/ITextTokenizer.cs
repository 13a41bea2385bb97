using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>Token ids of several texts of one length.</summary>
/// <param name="Ids">[Rows, Length], row by row.</param>
/// <param name="Mask">[Rows, Length]: 1 for tokens, 0 for padding.</param>
/// <param name="Rows">B.</param>
/// <param name="Length">T.</param>
public sealed record TokenizedText(long[] Ids, long[] Mask, int Rows, int Length);

/// <summary>Turns texts into token ids.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface ITextTokenizer
{
    /// <summary>Tokenises texts, with [CLS] first and [SEP] last, and cuts those that are too long.</summary>
    /// <param name="texts">At least one text.</param>
    /// <param name="maxLength">The largest T, special tokens included; at least 2.</param>
    /// <param name="padToMaxLength">Whether T is <paramref name="maxLength"/>; otherwise all are padded to the longest text of the batch.</param>
    /// <returns>Ids and mask.</returns>
    TokenizedText Encode(IReadOnlyList<string> texts, int maxLength, bool padToMaxLength = false);
}

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
