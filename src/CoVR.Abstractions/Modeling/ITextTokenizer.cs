using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>Token ids of several texts, of one length.</summary>
/// <remarks>Holds no native memory. Immutable by agreement, and safe for use from several threads.</remarks>
/// <param name="Ids">[Rows, Length], row by row.</param>
/// <param name="Mask">[Rows, Length]: 1 for tokens, 0 for padding.</param>
/// <param name="Rows">B.</param>
/// <param name="Length">T.</param>
public sealed record TokenBatch(long[] Ids, long[] Mask, int Rows, int Length)
{
    /// <summary>Copies token ids from tensors.</summary>
    /// <param name="ids">[B, T].</param>
    /// <param name="mask">[B, T].</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static TokenBatch From(Tensor ids, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(mask);
        return ids.dim() == 2 && ids.shape.AsSpan().SequenceEqual(mask.shape)
            ? new TokenBatch(ToArray(ids), ToArray(mask), (int)ids.shape[0], (int)ids.shape[1])
            : throw new ArgumentException($"Ids and mask are [B, T], not [{string.Join(", ", ids.shape)}] and [{string.Join(", ", mask.shape)}].", nameof(mask));
    }

    /// <summary>Copies the ids to a device.</summary>
    /// <param name="device">Where the model is.</param>
    /// <returns>[B, T] int64; the caller's dispose scope owns it.</returns>
    public Tensor IdsOn(Device device) => tensor(Ids, [Rows, Length], device: device);

    /// <summary>Copies the mask to a device.</summary>
    /// <param name="device">Where the model is.</param>
    /// <returns>[B, T] int64; the caller's dispose scope owns it.</returns>
    public Tensor MaskOn(Device device) => tensor(Mask, [Rows, Length], device: device);

    private static long[] ToArray(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.to(ScalarType.Int64).cpu().contiguous().data<long>().ToArray();
    }
}

/// <summary>Turns texts into token ids.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface ITextTokenizer
{
    /// <summary>Tokenises texts, with [CLS] first and [SEP] last, and cuts those that are too long.</summary>
    /// <param name="texts">At least one text.</param>
    /// <param name="maxLength">The largest T, special tokens included; at least 2.</param>
    /// <param name="padToMaxLength">Whether T is <paramref name="maxLength"/>; otherwise all are padded to the longest text of the batch.</param>
    /// <returns>Ids and mask.</returns>
    TokenBatch Encode(IReadOnlyList<string> texts, int maxLength, bool padToMaxLength = false);
}
