using CoVR.Distributed;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>Means of gradients over ranks, many parameters in one message.</summary>
internal static class GradientBuckets
{
    /// <summary>Large enough that a message's start costs nothing, small enough that the copy costs no memory to speak of.</summary>
    internal const long DefaultElements = 8L << 20;

    /// <summary>
    /// Replaces gradients by their means. A parameter that took part on some ranks only counts as zero on the others; one that
    /// took part nowhere stays without a gradient.
    /// </summary>
    internal static void Average(ICollective collective, IReadOnlyList<Parameter> parameters, long elements = DefaultElements)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var takesPart = TakesPart(collective, parameters);
        var due = parameters.Where((_, i) => takesPart[i]).ToList();
        foreach (var same in due.GroupBy(parameter => (parameter.dtype, Device: parameter.device.ToString())))
        {
            foreach (var bucket in Split(same, elements))
            {
                Average(collective, bucket);
            }
        }
    }

    private static bool[] TakesPart(ICollective collective, IReadOnlyList<Parameter> parameters)
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
