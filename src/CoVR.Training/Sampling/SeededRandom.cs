namespace CoVR.Training.Sampling;

/// <summary>Independent random sources keyed by position in the run, so that any number of workers draws the same numbers.</summary>
internal static class SeededRandom
{
    /// <summary>The source of one position, for example (seed, epoch, item).</summary>
    internal static Random For(params ReadOnlySpan<long> position)
    {
        var mixed = 0x9E3779B97F4A7C15UL;
        foreach (var part in position)
        {
            mixed = Mix(mixed + (ulong)part);
        }

        return new Random((int)(mixed >> 33));
    }

    internal static void Shuffle<T>(Random random, T[] items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = random.Next(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    /// <summary>The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
