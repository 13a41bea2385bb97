using CoVR.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>Σ weight x term, with the parts named.</summary>
internal static class WeightedSum
{
    internal static LossReport Of(IReadOnlyList<WeightedLossTerm> terms, TrainingEmbeddings embeddings)
    {
        using var scope = NewDisposeScope();
        Tensor? total = null;
        List<NamedLoss> named = new(terms.Count);
        foreach (var (term, weight) in terms)
        {
            var loss = term.Compute(embeddings);
            named.Add(Name(term.Name, loss, weight));
            using Scalar factor = weight;
            var part = loss.mul(factor);
            total = total is null ? part : total.add(part);
        }

        return new LossReport(total!.MoveToOuterDisposeScope(), named);
    }

    internal static NamedLoss Name(string name, Tensor loss, double weight)
    {
        using var value = loss.detach().cpu().to(ScalarType.Float64);
        return new NamedLoss(name, value.data<double>()[0], weight);
    }
}
