using CoVR.Modeling;
using static TorchSharp.torch;

namespace CoVR.Blip2;

/// <summary>The method of CoVR-2: learnt queries look at the picture and at the text, and become the query.</summary>
/// <remarks>Not a module: the layers belong to the encoder, under the names of the reference.</remarks>
internal sealed class QFormerFusion(Blip2Encoder encoder) : IFusionModule
{
    /// <inheritdoc/>
    public Tensor Fuse(Tensor? visualTokens, TokenBatch? text)
    {
        using var scope = NewDisposeScope();
        var query = (visualTokens, text) switch
        {
            (null, null) => throw new ArgumentException("A query has a reference, a modification, or both.", nameof(visualTokens)),
            (null, _) => encoder.EncodeCaption(text).unsqueeze(1),
            (_, null) => encoder.EncodeReference(visualTokens),
            _ => encoder.EncodeBoth(visualTokens, text),
        };
        return query.MoveToOuterDisposeScope();
    }
}
