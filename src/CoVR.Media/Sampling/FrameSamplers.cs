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
