namespace CoVR.Modeling.Layers;

/// <summary>Checks of sizes that must go together.</summary>
internal static class LayerSizes
{
    /// <summary>Throws unless a size is a multiple of another.</summary>
    public static void RequireMultiple(int size, int divisor, string sizeName, string divisorName)
    {
        if (divisor < 1 || size % divisor != 0)
        {
            throw new ArgumentException($"{sizeName} ({size}) is not a multiple of {divisorName} ({divisor}).");
        }
    }
}
