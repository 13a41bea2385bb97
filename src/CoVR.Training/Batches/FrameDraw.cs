namespace CoVR.Training;

/// <summary>Draws frames without replacement.</summary>
internal static class FrameDraw
{
    /// <summary>Up to <paramref name="count"/> of <paramref name="frames"/> frames, in the order of the draw.</summary>
    public static int[] Of(int frames, int count, Random random)
    {
        var order = Enumerable.Range(0, frames).ToArray();
        SeededRandom.Shuffle(random, order);
        return [.. order.Take(count)];
    }
}
