namespace CoVR.Media.Video;

/// <summary>Combines a caller's cancellation with a time limit and distinguishes the two.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _clock;
    private readonly CancellationTokenSource _source;
    private TimeSpan _limit;

    /// <summary>Starts the clock.</summary>
    internal TimeLimit(MediaOptions options, CancellationToken caller)
    {
        (_caller, _limit) = (caller, options.Timeout);
        _clock = new CancellationTokenSource(options.Timeout, options.Time);
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller, _clock.Token);
    }

    /// <summary>Cancelled by whichever comes first.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>Starts the clock anew where a video is longer than what one limit is meant for.</summary>
    /// <param name="pixels">Of all frames together.</param>
    internal void ExtendFor(long pixels)
    {
        if (pixels > MediaOptions.PixelsPerTimeout)
        {
            _limit *= (double)pixels / MediaOptions.PixelsPerTimeout;
            _clock.CancelAfter(_limit < TimeSpan.FromDays(1) ? _limit : TimeSpan.FromDays(1));
        }
    }

    /// <summary>Throws if the caller cancelled or the time limit has passed.</summary>
    /// <param name="media">The name for error messages.</param>
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
