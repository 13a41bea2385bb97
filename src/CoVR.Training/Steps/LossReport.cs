using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>What a training step returns: the sum to go down and the named parts it is made of.</summary>
/// <param name="Total">A scalar; owned by the report. Gradients come by <see cref="Backward"/>.</param>
/// <param name="Terms">The parts.</param>
public sealed record LossReport(Tensor Total, IReadOnlyList<NamedLoss> Terms) : IDisposable
{
    /// <summary>
    /// Computes the gradients in place of <c>Total.backward()</c>, given the factor of the loss: for steps that hold no graph
    /// from the loss to the parameters, as with cached gradients.
    /// </summary>
    /// <value>Null.</value>
    public Action<double>? Backpropagate { get; init; }

    /// <summary>What <see cref="Backpropagate"/> works on; owned by the report.</summary>
    internal IDisposable? Held { get; init; }

    /// <summary>Adds the gradients of the sum to those of the parameters; once.</summary>
    /// <param name="factor">What the loss is multiplied with: 1 over the number of accumulated batches, or a scale that keeps small gradients in range.</param>
    public void Backward(double factor = 1)
    {
        if (Backpropagate is not null)
        {
            Backpropagate(factor);
            return;
        }

        if (factor == 1)
        {
            Total.backward();
            return;
        }

        using var scope = NewDisposeScope();
        using Scalar scale = factor;
        Total.mul(scale).backward();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Total.Dispose();
        Held?.Dispose();
    }
}
