namespace CoVR.Media;

/// <summary>Joins a caller's cancellation with a time limit and tells the two apart.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _clock;
    private readonly CancellationTokenSource _source;
    private readonly TimeSpan _limit;

    /// <summary>Starts the clock.</summary>
    internal TimeLimit(MediaOptions options, CancellationToken caller)
    {
        (_caller, _limit) = (caller, options.Timeout);
        _clock = new CancellationTokenSource(options.Timeout, options.Time);
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller, _clock.Token);
    }

    /// <summary>Fires at whichever comes first.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>Throws when the caller cancelled or time is up.</summary>
    /// <param name="media">The name that errors speak of.</param>
    internal void ThrowIfOver(string media)
    {
        _caller.ThrowIfCancellationRequested();
        if (_source.IsCancellationRequested)
        {
            throw new MediaReadException(media, MediaFailure.DecoderFailed, FormattableString.Invariant(
                $"the video program took longer than the {_limit.TotalSeconds:0.###} seconds that MediaOptions.Timeout allows, and was stopped."));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _clock.Dispose();
    }
}
