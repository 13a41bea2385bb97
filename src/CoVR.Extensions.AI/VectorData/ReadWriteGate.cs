namespace CoVR.Extensions.AI.VectorData;

/// <summary>Lets any number of readers in, or one writer; whoever comes first is served first.</summary>
internal sealed class ReadWriteGate
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _room = new(1);
    private int _readers;

    /// <summary>Waits until no writer is inside.</summary>
    /// <returns>Dispose it to leave.</returns>
    public async ValueTask<Visit> ReadAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Interlocked.Increment(ref _readers) == 1)
            {
                await EnterFirstAsync(cancellationToken).ConfigureAwait(false);
            }

            return new Visit(LeaveReader);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits until all readers and writers have left.</summary>
    public async ValueTask<Visit> WriteAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Visit(() => _room.Release());
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task EnterFirstAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Decrement(ref _readers);
            throw;
        }
    }

    private void LeaveReader()
    {
        if (Interlocked.Decrement(ref _readers) == 0)
        {
            _room.Release();
        }
    }

    internal readonly struct Visit(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
