using CoVR.Distributed;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Training.Distributed;

/// <summary>Averages gradients over ranks, many parameters per message.</summary>
internal static class GradientBuckets
{
    /// <summary>Large enough to hide the latency of messages, small enough to need little memory for the copy.</summary>
    internal const long DefaultElements = 8L << 20;

    /// <summary>
    /// Replaces gradients by their means. A parameter without a gradient on some ranks counts as zero there; one without a gradient
    /// on every rank stays without.
    /// </summary>
    internal static void Average(ICollective collective, IReadOnlyList<Parameter> parameters, long elements = DefaultElements)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var hasGradient = AnyGradient(collective, parameters);
        var due = parameters.Where((_, i) => hasGradient[i]).ToList();
        foreach (var same in due.GroupBy(parameter => (parameter.dtype, Device: parameter.device.ToString())))
        {
            foreach (var bucket in Split(same, elements))
            {
                Average(collective, bucket);
            }
        }
    }

    private static bool[] AnyGradient(ICollective collective, IReadOnlyList<Parameter> parameters)
    {
        var present = tensor(parameters.Select(parameter => HasGradient(parameter) ? 1L : 0L).ToArray());
        collective.AllReduceSum(present);
        return [.. present.data<long>().ToArray().Select(ranks => ranks > 0)];
    }

    private static IEnumerable<List<Parameter>> Split(IEnumerable<Parameter> parameters, long elements)
    {
        List<Parameter> bucket = [];
        var filled = 0L;
        foreach (var parameter in parameters)
        {
            var size = parameter.numel();
            if (bucket.Count > 0 && filled + size > elements)
            {
                yield return bucket;
                (bucket, filled) = ([], 0);
            }

            bucket.Add(parameter);
            filled += size;
        }

        yield return bucket;
    }

    private static void Average(ICollective collective, List<Parameter> bucket)
    {
        using var scope = NewDisposeScope();
        using Scalar ranks = collective.Size;
        var flat = cat([.. bucket.Select(parameter => (parameter.grad ?? zeros_like(parameter)).reshape(-1))], 0);
        collective.AllReduceSum(flat);
        flat.div_(ranks);
        var at = 0L;
        foreach (var parameter in bucket)
        {
            var mean = flat.narrow(0, at, parameter.numel()).view(parameter.shape);
            at += parameter.numel();
            if (parameter.grad is { } gradient)
            {
                gradient.copy_(mean);
            }
            else
            {
                parameter.grad = mean.clone();
            }
        }
    }

    private static bool HasGradient(Parameter parameter)
    {
        using var gradient = parameter.grad;
        return gradient is not null;
    }
}
