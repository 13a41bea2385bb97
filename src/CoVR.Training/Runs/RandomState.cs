using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>The state of libtorch's random generators, on which dropout depends.</summary>
internal static class RandomState
{
    internal const string Cpu = "cpu";

    internal static void Seed(int seed)
    {
        using var generator = manual_seed(seed);
    }

    /// <summary>States by generator, owned by the caller.</summary>
    internal static Dictionary<string, Tensor> Capture()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> states = new(StringComparer.Ordinal) { [Cpu] = get_rng_state().clone().DetachFromDisposeScope() };
        return states;
    }

    internal static void Restore(IReadOnlyDictionary<string, Tensor> states)
    {
        if (states.TryGetValue(Cpu, out var state))
        {
            set_rng_state(state);
        }
    }

    internal static void Dispose(Dictionary<string, Tensor> states)
    {
        foreach (var state in states.Values)
        {
            state.Dispose();
        }
    }
}
