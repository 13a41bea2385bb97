using CoVR.Losses;
using static TorchSharp.torch;

namespace CustomLossTerm;

/// <summary>Pulls each query towards its target: the mean squared distance of the pairs on the unit sphere (Wang and Isola, ICML 2020, "alignment").</summary>
internal sealed class AlignmentTerm : ILossTerm
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
