using System.Collections.Concurrent;
using CoVR.Downloads;

namespace CoVR.Datasets.Download;

/// <summary>Fetches one video at a time for each caller, looks at it, and says what became of it. Hosts that ask for a pause get it from all callers.</summary>
internal sealed class VideoFetcher(VideoDownloadOptions options, Downloader downloader, IFrameReader frames, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _pauses = new(StringComparer.OrdinalIgnoreCase);
    private int _failuresInARow;

    /// <summary>Fetches a video.</summary>
    /// <exception cref="DownloadException">The disk is full or cannot be written, or too many videos failed one after the other: the job cannot go on.</exception>
    /// <exception cref="MediaReadException">The decoder is not installed.</exception>
    public async Task<VideoOutcome> FetchAsync(PlannedVideo video, CancellationToken cancellationToken)
    {
        if (video.Replace && await FindFaultAsync(video.Path!, cancellationToken).ConfigureAwait(false) is null)
        {
            return new VideoOutcome(video.Id, VideoStatus.AlreadyThere) { Address = video.Address!.OriginalString, Bytes = new FileInfo(video.Path!).Length };
        }

        await WaitAsync(video.Address!.Host, cancellationToken).ConfigureAwait(false);
        try
        {
            var request = new DownloadRequest(video.Address, video.Path!) { Replace = video.Replace, Check = FindFaultAsync };
            var result = await downloader.DownloadAsync(request, null, cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref _failuresInARow, 0);
            return new VideoOutcome(video.Id, result.WasThere ? VideoStatus.AlreadyThere : VideoStatus.Downloaded) { Address = video.Address.OriginalString, Bytes = result.Bytes };
        }
        catch (DownloadException error) when (error.Failure is not (DownloadFailure.NoSpace or DownloadFailure.NotWritable))
        {
            return Judge(video, error);
        }
        catch (MediaReadException error) when (error.Failure != MediaFailure.DecoderMissing)
        {
            return new VideoOutcome(video.Id, VideoStatus.Failed) { Address = video.Address.OriginalString, Reason = error.Reason };
        }
    }

    private static VideoStatus StatusOf(DownloadFailure failure) => failure switch
    {
        DownloadFailure.NotFound or DownloadFailure.Forbidden or DownloadFailure.Unauthorized or DownloadFailure.Refused or DownloadFailure.Redirect => VideoStatus.Gone,
        DownloadFailure.WrongContent => VideoStatus.NotAVideo,
        _ => VideoStatus.Failed,
    };

    private VideoOutcome Judge(PlannedVideo video, DownloadException error)
    {
        var status = StatusOf(error.Failure);
        if (status != VideoStatus.Failed)
        {
            Interlocked.Exchange(ref _failuresInARow, 0);
        }
        else if (Interlocked.Increment(ref _failuresInARow) >= options.FailuresInARow)
        {
            throw new DownloadException(
                error.Uri, error.Failure, $"{error.Reason} {options.FailuresInARow} videos in a row failed, so the job was stopped: look at the network and the server, and run it again; it goes on where it is.", error);
        }
        else if (error.Failure == DownloadFailure.Server)
        {
            Pause(video.Address!.Host, error.RetryAfter);
        }

        return new VideoOutcome(video.Id, status) { Address = video.Address!.OriginalString, Reason = error.Reason };
    }

    // A server that is still busy after all repetitions is left alone for a while by everybody.
    private void Pause(string host, TimeSpan? asked)
    {
        var pause = asked ?? TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, _failuresInARow)));
        var until = time.GetUtcNow() + (pause < LongestPause ? pause : LongestPause);
        _pauses.AddOrUpdate(host, until, (_, known) => known > until ? known : until);
    }

    private async Task WaitAsync(string host, CancellationToken cancellationToken)
    {
        if (_pauses.TryGetValue(host, out var until) && until - time.GetUtcNow() is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string?> FindFaultAsync(string path, CancellationToken cancellationToken)
    {
        var edges = new EdgeSampler(options.Check);
        try
        {
            await frames.ReadAsync(path, edges, cancellationToken).ConfigureAwait(false);
            return edges.FrameCount > 1 ? null : "this is a picture, not a video.";
        }
        catch (MediaReadException error) when (error.Failure is not (MediaFailure.DecoderMissing or MediaFailure.DecoderFailed or MediaFailure.NotFound))
        {
            return error.Reason.Replace(path, "the file", StringComparison.Ordinal);
        }
    }

    /// <summary>Takes the first frame, and the last if asked; notes how many there are.</summary>
    private sealed class EdgeSampler(VideoCheck check) : IFrameSampler
    {
        public int FrameCount { get; private set; }

        public IReadOnlyList<int> Select(int frameCount)
        {
            FrameCount = frameCount;
            return check == VideoCheck.LastFrame && frameCount > 1 ? [0, frameCount - 1] : [0];
        }
    }
}
