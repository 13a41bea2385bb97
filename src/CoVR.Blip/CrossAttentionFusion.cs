using CoVR.Modeling;
using CoVR.Modeling.Layers;
using static TorchSharp.torch;

namespace CoVR.Blip;

/// <summary>The method of the papers: the text looks at the visual tokens, and its first token becomes the query.</summary>
/// <remarks>Not a module: the layers belong to the encoder, under the names of the reference.</remarks>
internal sealed class CrossAttentionFusion(MedTextEncoder text, Linear textHead, Linear? visionHead) : IFusionModule
{
    /// <inheritdoc/>
    public Tensor Fuse(Tensor? visualTokens, TokenBatch? modification)
    {
        using var scope = NewDisposeScope();
        var query = (visualTokens, modification) switch
        {
            (null, null) => throw new ArgumentException("A query has a reference, a modification, or both.", nameof(visualTokens)),
            (null, _) => textHead.ProjectFirst(text.Encode(modification)),
            (_, null) => BlipEncoder.Required(visionHead).ProjectFirst(visualTokens),
            _ => textHead.ProjectFirst(text.EncodeWithImage(modification, visualTokens)),
        };
        return query.unsqueeze(1).MoveToOuterDisposeScope();
    }
}
