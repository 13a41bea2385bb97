using CoVR.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Steps;

/// <summary>The losses of one batch: the sum to minimize and its terms.</summary>
/// <param name="Total">A scalar, owned by the report. Compute gradients with <see cref="Backward"/>.</param>
/// <param name="Terms">The values of the terms by name, before their weights, in the order of the sum.</param>
internal sealed record LossReport(Tensor Total, IReadOnlyDictionary<string, double> Terms) : IDisposable
{
    /// <summary>
    /// Computes the gradients instead of <c>Total.backward()</c>, given the factor of the loss: for steps without a graph from
    /// the loss to the parameters, as with cached gradients.
    /// </summary>
    /// <value>Null.</value>
    public Action<double>? Backpropagate { get; init; }

    /// <summary>What <see cref="Backpropagate"/> works on; disposed with the report.</summary>
    internal IDisposable? Held { get; init; }

    /// <summary>Adds the gradients of the sum to those of the parameters; call it once.</summary>
    /// <param name="factor">The factor of the loss: 1 over the number of accumulated batches, or the loss scale of 16-bit floats.</param>
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

    /// <summary>Σ weight x term.</summary>
    internal static LossReport WeightedSum(IReadOnlyList<WeightedLossTerm> terms, TrainingEmbeddings embeddings)
    {
        using var scope = NewDisposeScope();
        Tensor? total = null;
        OrderedDictionary<string, double> values = new(StringComparer.Ordinal);
        foreach (var (term, weight) in terms)
        {
            var loss = term.Compute(embeddings);
            values[term.Name] = ValueOf(loss);
            using Scalar factor = weight;
            var part = loss.mul(factor);
            total = total is null ? part : total.add(part);
        }

        return new LossReport(total!.MoveToOuterDisposeScope(), values);
    }

    internal static double ValueOf(Tensor loss)
    {
        using var value = loss.detach().cpu().to(ScalarType.Float64);
        return value.data<double>()[0];
    }
}

/// <summary>A loss term with its weight in the sum.</summary>
/// <param name="Term">The term.</param>
/// <param name="Weight">Its factor, finite and not negative.</param>
internal sealed record WeightedLossTerm(ILossTerm Term, double Weight);
