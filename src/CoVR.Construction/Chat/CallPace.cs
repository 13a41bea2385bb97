namespace CoVR.Construction.Chat;

/// <summary>Holds calls back so that a service's limits are kept; safe for several threads.</summary>
/// <param name="options">Calls and tokens a minute.</param>
/// <param name="time">The clock.</param>
internal sealed class CallPace(ChatCallOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _nextCall;
    private DateTimeOffset _tokensFit;
    private DateTimeOffset _pausedUntil;

    /// <summary>Waits until a call may start.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (Reserve() is { } wait)
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Counts the tokens of a call.</summary>
    public void Spend(long tokens)
    {
        if (options.TokensPerMinute > 0)
        {
            lock (_lock)
            {
                _tokensFit = Later(_tokensFit, time.GetUtcNow()) + (TimeSpan.FromMinutes(1) * ((double)tokens / options.TokensPerMinute));
            }
        }
    }

    /// <summary>Lets no call start for a while.</summary>
    public void Pause(TimeSpan wait)
    {
        lock (_lock)
        {
            _pausedUntil = Later(_pausedUntil, time.GetUtcNow() + wait);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    // Null: the call may start now, and has its place.
    private TimeSpan? Reserve()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var start = Later(Later(_nextCall, _tokensFit), _pausedUntil);
            if (start > now)
            {
                return start - now;
            }

            _nextCall = now + (options.RequestsPerMinute > 0 ? TimeSpan.FromMinutes(1) / options.RequestsPerMinute : TimeSpan.Zero);
            return null;
        }
    }
}
