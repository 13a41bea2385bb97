namespace CoVR.Media.Tests;

/// <summary>Always the same frames.</summary>
internal sealed class FixedSampler(params int[] frames) : IFrameSampler
{
    /// <summary>The frame count that was last given.</summary>
    internal int SeenCount { get; private set; }

    public IReadOnlyList<int> Select(int frameCount)
    {
        SeenCount = frameCount;
        return frames;
    }
}
