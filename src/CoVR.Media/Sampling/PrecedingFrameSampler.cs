namespace CoVR.Media.Sampling;

/// <summary>
/// Compatibility with the reference's query loader in its mode <c>sample</c> (<c>FrameLoader</c>, <c>src/data/utils.py</c>): the frames of
/// <see cref="UniformSegmentSampler"/>, each one frame too early because it seeks to <c>index - 1</c>, and repeated from the start if the video is short.
/// </summary>
/// <remarks>A seek before the first frame gives the first frame. Safe for use from several threads.</remarks>
internal sealed class PrecedingFrameSampler : IFrameSampler
{
    private readonly int _frames;

    /// <summary>Creates a sampler.</summary>
    /// <param name="frames">How many frames are returned, whatever the length of the video.</param>
    public PrecedingFrameSampler(int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        _frames = frames;
        Name = FormattableString.Invariant($"preceding-{frames}");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Select(int frameCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        return [.. Seeks(frameCount, _frames).Select(seek => Math.Max(seek, 0))];
    }

    /// <summary>The positions that the reference seeks to; -1 is before the first frame.</summary>
    internal static int[] Seeks(int frameCount, int frames)
    {
        var middles = UniformSegmentSampler.Midpoints(frameCount, frames);
        return [.. Enumerable.Range(0, frames).Select(index => middles[index % middles.Length] - 1)];
    }
}
