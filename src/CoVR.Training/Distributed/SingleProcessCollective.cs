using CoVR.Distributed;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>The one rank of a program that runs alone.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public sealed class SingleProcessCollective : ICollective
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public Tensor AllGather(Tensor own)
    {
        ArgumentNullException.ThrowIfNull(own);
        using var scope = NewDisposeScope();
        return own.detach().unsqueeze(0).clone().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void AllReduceSum(Tensor values)
    {
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor values, int root = 0)
    {
    }

    /// <inheritdoc/>
    public void Barrier()
    {
    }
}
