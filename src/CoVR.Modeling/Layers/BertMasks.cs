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
