using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests;

/// <summary>Position embeddings resized to another grid: BLIP, EVA (outer edges aligned) and CLIP (corners aligned).</summary>
public sealed class PositionEmbeddingParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Function.EndsWith("interpolate_pos_embed", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        const int classTokens = 1;
        using var scope = NewDisposeScope();
        var (input, output) = (golden.InputNames.Single(), golden.OutputNames.Single());
        var expected = golden.OutputTensor(output);
        var alignCorners = golden.Config.GetProperty("align_corners").GetBoolean();

        var actual = PositionEmbedding.Resize(golden.InputTensor(input), expected.shape[^2] - classTokens, classTokens, alignCorners);

        NumericAssert.Matches(golden, output, actual);
    }
}
