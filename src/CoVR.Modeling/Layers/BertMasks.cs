using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Turns padding masks into what is added to attention scores.</summary>
internal static class BertMasks
{
    /// <summary>0 for tokens, -10000 for padding, as BERT has it.</summary>
    /// <param name="mask">[B, T] int64: 1 for tokens, 0 for padding.</param>
    /// <returns>[B, 1, 1, T]; the caller's dispose scope owns it.</returns>
    public static Tensor ForText(Tensor mask) => Penalise(mask, Scalars.PaddingPenalty);

    /// <summary>0 for tokens, the lowest 32-bit float for padding, as cross attention has it.</summary>
    /// <param name="mask">[B, N] int64: 1 for tokens, 0 for padding.</param>
    /// <returns>[B, 1, 1, N]; the caller's dispose scope owns it.</returns>
    public static Tensor ForEncoder(Tensor mask) => Penalise(mask, Scalars.EncoderPaddingPenalty);

    /// <summary>Hides the tokens that follow: 0 for a token and those before it, -10000 for later ones.</summary>
    /// <param name="count">T, the tokens that are read now.</param>
    /// <param name="before">How many were read before.</param>
    /// <param name="device">Where.</param>
    /// <returns>[1, 1, T, before + T]; the caller's dispose scope owns it.</returns>
    public static Tensor Causal(long count, long before, Device device)
    {
        using var scope = NewDisposeScope();
        return ones([count, before + count], ScalarType.Float32, device).triu_(before + 1).mul_(Scalars.PaddingPenalty).neg_().view(1, 1, count, before + count).MoveToOuterDisposeScope();
    }

    private static Tensor Penalise(Tensor mask, TorchSharp.Scalar penalty)
    {
        ArgumentNullException.ThrowIfNull(mask);
        using var scope = NewDisposeScope();
        return mask.to(ScalarType.Float32, copy: true)
            .sub_(Scalars.One)
            .mul_(penalty)
            .view(mask.shape[0], 1, 1, mask.shape[1])
            .MoveToOuterDisposeScope();
    }
}
