namespace CoVR.Datasets.Annotations;

/// <summary>Draws by place instead of by order of use, so that a row gets the same draw whatever is read before it.</summary>
internal static class RowDraw
{
    /// <summary>A number for a row, in [0, count).</summary>
    public static int Index(int seed, int row, int count)
    {
        // The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
        var value = (((ulong)(uint)seed << 32) | (uint)row) + 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return (int)((value ^ (value >> 31)) % (ulong)count);
    }
}
