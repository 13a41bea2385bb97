namespace CoVR.Modeling.Tests.Checkpoints.Fuzzing;

/// <summary>Mutates bytes without knowing what they mean.</summary>
internal static class ByteMutator
{
    /// <summary>A mutant.</summary>
    public static byte[] Mutate(byte[] bytes, Random random)
    {
        var mutant = bytes.ToArray();
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            // Half of the changes hit the head or the end, where the structure is.
            var at = random.Next(4) switch
            {
                0 => random.Next(Math.Min(600, mutant.Length)),
                1 => mutant.Length - 1 - random.Next(Math.Min(600, mutant.Length)),
                _ => random.Next(mutant.Length),
            };
            mutant[at] = random.Next(4) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(mutant[at] ^ (1 << random.Next(8))),
                2 => 0,
                _ => 0xFF,
            };
        }

        return random.Next(10) switch
        {
            0 => mutant[..random.Next(mutant.Length)],
            1 => [.. mutant, .. mutant[random.Next(mutant.Length)..]],
            _ => mutant,
        };
    }
}
