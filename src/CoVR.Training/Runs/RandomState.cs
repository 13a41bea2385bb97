using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Runs;

/// <summary>The state of libtorch's random generators, which dropout uses.</summary>
internal static class RandomState
{
    internal const string Cpu = "cpu";

    /// <summary>Seeds the generators of all devices.</summary>
    internal static void Seed(long seed)
    {
        using var generator = manual_seed(seed);
    }

    /// <summary>Draws seeds from the CPU generator, whose state a resumed run restores.</summary>
    internal static long[] DrawSeeds(int count)
    {
        using var seeds = randint(0, long.MaxValue, [count], ScalarType.Int64);
        return seeds.data<long>().ToArray();
    }

    /// <summary>Runs code that seeds and draws, and restores the state.</summary>
    internal static void Keep(Action work)
    {
        var before = Capture();
        try
        {
            work();
        }
        finally
        {
            Restore(before);
            Dispose(before);
        }
    }

    /// <summary>The states by generator, owned by the caller.</summary>
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
