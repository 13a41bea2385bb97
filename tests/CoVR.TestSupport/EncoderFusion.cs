using CoVR.Modeling;
using static TorchSharp.torch;

namespace CoVR.TestSupport;

/// <summary>The fusion inside an encoder that owns its layers, as a part of its own.</summary>
/// <param name="encoder">Is disposed with it.</param>
public sealed class EncoderFusion(IComposedEncoder encoder) : IFusionModule, IDisposable
{
    /// <inheritdoc/>
    public Tensor Fuse(Tensor? visualTokens, TokenBatch? text) => encoder.EncodeQuery(
        visualTokens, text, (visualTokens is null ? 0 : QueryParts.Reference) | (text is null ? 0 : QueryParts.Modification));

    /// <inheritdoc/>
    public void Dispose() => (encoder as IDisposable)?.Dispose();
}
