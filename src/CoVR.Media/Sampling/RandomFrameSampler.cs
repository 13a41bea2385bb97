namespace CoVR.Media.Sampling;

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
