using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>What a training step returns: the sum to go down and the named parts it is made of.</summary>
/// <param name="Total">A scalar with gradient; owned by the report.</param>
/// <param name="Terms">The parts.</param>
public sealed record LossReport(Tensor Total, IReadOnlyList<NamedLoss> Terms) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Total.Dispose();
}
