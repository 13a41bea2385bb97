using CoVR.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Fakes;

/// <summary>A finite loss whose gradient is not: in one step, counted from 1, or without a number in every step.</summary>
internal sealed class SteepTerm(int? step = null) : ILossTerm
{
    private int _step;

    public string Name => "steep";

    public Tensor Compute(TrainingEmbeddings batch)
    {
        using var scope = NewDisposeScope();
        var loss = ++_step == (step ?? _step) ? batch.Queries.sub(batch.Queries.detach()).abs().sqrt().sum() : batch.Queries.sum();
        return loss.MoveToOuterDisposeScope();
    }
}
