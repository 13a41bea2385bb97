namespace CoVR.Media.Sampling;

/// <summary>
/// The middle frames of equal segments (reference: <c>sample_frames</c> in <c>src/data/embs.py</c>): borders at <c>linspace(0, frameCount, n + 1)</c>
/// cut to whole numbers, then <c>(first + last) / 2</c> of each segment, rounded down.
/// </summary>
/// <remarks>A video with fewer frames gives each of its frames once. Safe for use from several threads.</remarks>
internal sealed class UniformSegmentSampler : IFrameSampler
{
    private readonly int _segments;

    /// <summary>Creates a sampler.</summary>
    /// <param name="segments">How many frames are taken of a video that is long enough; the reference stores 15.</param>
    public UniformSegmentSampler(int segments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(segments, 1);
        _segments = segments;
        Name = FormattableString.Invariant($"uniform-{segments}");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Select(int frameCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        return Midpoints(frameCount, _segments);
    }

    /// <summary>The middle frames; empty for a video without frames.</summary>
    internal static int[] Midpoints(int frameCount, int segments)
    {
        var count = Math.Min(frameCount, segments);
        var step = count == 0 ? 0 : (double)frameCount / count;
        var middles = new int[count];
        for (var segment = 0; segment < count; segment++)
        {
            var next = segment + 1 == count ? frameCount : (int)((segment + 1) * step);
            var first = (int)(segment * step);
            middles[segment] = first + ((next - 1 - first) / 2);
        }

        return middles;
    }
}
