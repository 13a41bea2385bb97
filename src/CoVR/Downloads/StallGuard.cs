namespace CoVR.Downloads;

/// <summary>Cancels an exchange when nothing happened for a while, or when the caller cancels.</summary>
internal sealed class StallGuard : IDisposable
{
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _stalled;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _caller;

    public StallGuard(TimeSpan patience, TimeProvider time, CancellationToken caller)
    {
        (_patience, _caller) = (patience, caller);
        _stalled = new CancellationTokenSource(patience, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_stalled.Token, caller);
    }

    /// <summary>Cancelled on a stall or by the caller.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether a cancellation came from a stall.</summary>
    public bool HasStalled => _stalled.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>Something happened.</summary>
    public void Touch() => _stalled.CancelAfter(_patience);

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _stalled.Dispose();
    }
}
