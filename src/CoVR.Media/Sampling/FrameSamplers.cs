namespace CoVR.Media.Sampling;

/// <summary>The built-in ways to choose frames of a video. All are safe for use from several threads.</summary>
public static class FrameSamplers
{
    /// <summary>One frame: number <c>frameCount / 2</c>.</summary>
    /// <value>A sampler named <c>middle</c>.</value>
    public static IFrameSampler Middle { get; } = new MiddleFrameSampler();

    /// <summary>The middle frames of equal segments. A video with fewer frames gives each of its frames once.</summary>
    /// <param name="segments">How many frames are taken of a video that is long enough; at least 1.</param>
    /// <returns>A sampler named <c>uniform-SEGMENTS</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="segments"/> is below 1.</exception>
    public static IFrameSampler UniformSegments(int segments) => new UniformSegmentSampler(segments);

    /// <summary>One frame, drawn anew at every call, each equally likely. Calls in the same order draw the same frames.</summary>
    /// <param name="seed">Determines the sequence of draws.</param>
    /// <returns>A sampler named <c>random-SEED</c>.</returns>
    public static IFrameSampler Random(int seed) => new RandomFrameSampler(seed);
}

/// <summary>One frame: number <c>frameCount / 2</c>, as the reference's <c>get_middle_frame</c> (<c>src/data/utils.py</c>).</summary>
/// <remarks>Safe for use from several threads.</remarks>
internal sealed class MiddleFrameSampler : IFrameSampler
{
    /// <inheritdoc/>
    public string Name => "middle";

    /// <inheritdoc/>
    public IReadOnlyList<int> Select(int frameCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        return [frameCount / 2];
    }
}

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

/// <summary>One frame drawn anew, each equally likely, at every call (reference: <c>get_random_frame</c>, <c>src/data/utils.py</c>).</summary>
/// <remarks>Safe for use from several threads; calls in the same order draw the same frames.</remarks>
internal sealed class RandomFrameSampler : IFrameSampler
{
    private readonly Random _random;
    private readonly Lock _turn = new();

    /// <summary>Creates a sampler.</summary>
    /// <param name="seed">Determines the sequence of draws.</param>
    public RandomFrameSampler(int seed)
    {
        _random = new Random(seed);
        Name = FormattableString.Invariant($"random-{seed}");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Select(int frameCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        lock (_turn)
        {
            return [_random.Next(frameCount)];
        }
    }
}

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
