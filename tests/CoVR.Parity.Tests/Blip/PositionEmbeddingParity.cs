using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip;

/// <summary>Position embeddings of another picture size, for every model family.</summary>
public sealed class PositionEmbeddingParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.Function.EndsWith("interpolate_pos_embed", StringComparison.Ordinal);

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var gridTokens = golden.Output(golden.OutputNames.Single()).Shape[^2] - 1;
        var resized = PositionEmbedding.Resize(
            golden.InputTensor(golden.InputNames.Single()), gridTokens, alignCorners: golden.Config.GetProperty("align_corners").GetBoolean());
        NumericAssert.Matches(golden, golden.OutputNames.Single(), resized);
    }
}
