namespace CoVR.Tests.Fakes;

/// <summary>Returns decoded frames as they are and fails on files, which are missing or, by their name, broken; counts how many calls run at once.</summary>
public sealed class FakeFrameReader : IFrameReader
{
    private int _running;
    private int _most;
    private int _reads;

    /// <summary>The most calls that ran at the same time.</summary>
    public int MostAtOnce => _most;

    /// <summary>How many calls were made.</summary>
    public int Reads => _reads;

    /// <summary>How many calls run now.</summary>
    public int Running => _running;

    /// <summary>The token of the latest call.</summary>
    public CancellationToken LatestToken { get; private set; }

    /// <summary>Awaited by every call; null for nothing.</summary>
    public Func<CancellationToken, Task>? OnRead { get; set; }

    public async ValueTask<IReadOnlyList<RgbFrame>> ReadAsync(MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken = default)
    {
        LatestToken = cancellationToken;
        Interlocked.Increment(ref _reads);
        var running = Interlocked.Increment(ref _running);
        try
        {
            InterlockedMax(running);
            await (OnRead?.Invoke(cancellationToken) ?? Task.CompletedTask);
            return media.Frames is { } frames
                ? [.. sampler.Select(frames.Count).Select(index => frames[index])]
                : throw (media.DisplayName.StartsWith("broken", StringComparison.Ordinal)
                    ? new MediaReadException(media.DisplayName, MediaFailure.Corrupt, "the moov atom is missing.")
                    : new MediaReadException(media.DisplayName, MediaFailure.NotFound, "there is no such file."));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private void InterlockedMax(int value)
    {
        for (var seen = _most; value > seen; seen = _most)
        {
            Interlocked.CompareExchange(ref _most, value, seen);
        }
    }
}
