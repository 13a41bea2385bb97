namespace CoVR.Retrieval;

/// <summary>Rows of bits in words of 64.</summary>
internal static class Bits
{
    public static bool Get(ulong[] words, int index) => (words[index >> 6] >> index & 1) != 0;

    public static void Set(ulong[] words, int index) => words[index >> 6] |= 1UL << index;

    public static void Clear(ulong[] words, int index) => words[index >> 6] &= ~(1UL << index);

    /// <summary>The given number of bits, all set.</summary>
    public static ulong[] All(int count)
    {
        var words = new ulong[(count + 63) / 64];
        Array.Fill(words, ulong.MaxValue);
        if (count % 64 != 0)
        {
            words[^1] = (1UL << count) - 1;
        }

        return words;
    }
}
