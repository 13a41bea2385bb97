using CoVR.Losses;
using static TorchSharp.torch;

namespace CovrPlugin;

/// <summary>The mean squared distance of queries and their targets on the unit sphere.</summary>
/// <remarks>Registered by <c>services.AddCoVR().UseBlip(...).AddLossTerm&lt;LossTerm&gt;(weight: 0.1)</c>, with the package CoVR.Training.</remarks>
public sealed class LossTerm : ILossTerm
{
    public string Name => "alignment";

    public LossInputs Needs => LossInputs.Targets;

    public Tensor Compute(TrainingEmbeddings batch)
    {
        var targets = batch.Targets ?? throw new InvalidOperationException($"The loss term {Name} compares queries with their targets, but this batch has no targets.");
        using var scope = NewDisposeScope();
        return (Normalized(batch.Queries) - Normalized(targets)).square().sum(dim: 1).mean().MoveToOuterDisposeScope();
    }

    private static Tensor Normalized(Tensor vectors) => nn.functional.normalize(vectors, dim: 1);
}
