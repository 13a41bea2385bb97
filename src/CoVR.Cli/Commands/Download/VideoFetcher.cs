using System.Collections.Concurrent;
using System.Net;
using CoVR.Downloads;

namespace CoVR.Cli.Commands.Download;

/// <summary>Downloads and checks one video at a time for each caller. A host that asks for a pause gets it from all callers.</summary>
internal sealed class VideoFetcher(VideoDownloadOptions options, Downloader downloader, IFrameReader frames, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _pauses = new(StringComparer.OrdinalIgnoreCase);
    private int _failuresInARow;

    /// <exception cref="DownloadException">The disk is full or cannot be written, or too many videos failed in a row: the job cannot continue.</exception>
    /// <exception cref="MediaReadException">The decoder is not installed.</exception>
    public async Task<VideoOutcome> FetchAsync(PlannedVideo video, CancellationToken cancellationToken)
    {
        if (video.Replace && await FindFaultAsync(video.Path!, cancellationToken) is null)
        {
            return new VideoOutcome(video.Id, VideoStatus.AlreadyThere) { Address = video.Address!.OriginalString, Bytes = new FileInfo(video.Path!).Length };
        }

        await WaitAsync(video.Address!.Host, cancellationToken);
        string? wrong = null;
        try
        {
            var isNew = await downloader.DownloadAsync(video.Address, video.Path!, CheckAsync, video.Replace, null, cancellationToken);
            Interlocked.Exchange(ref _failuresInARow, 0);
            return new VideoOutcome(video.Id, isNew ? VideoStatus.Downloaded : VideoStatus.AlreadyThere) { Address = video.Address.OriginalString, Bytes = new FileInfo(video.Path!).Length };
        }
        catch (DownloadException error) when (!error.IsDiskFault)
        {
            return Judge(video, error, error.IsRefused ? VideoStatus.Gone : error.Reason == wrong ? VideoStatus.NotAVideo : VideoStatus.Failed);
        }
        catch (MediaReadException error) when (error.Failure != MediaFailure.DecoderMissing)
        {
            return new VideoOutcome(video.Id, VideoStatus.Failed) { Address = video.Address.OriginalString, Reason = error.Reason };
        }

        async Task<string?> CheckAsync(string path, CancellationToken token) => wrong = await FindFaultAsync(path, token);
    }

    private VideoOutcome Judge(PlannedVideo video, DownloadException error, VideoStatus status)
    {
        if (status != VideoStatus.Failed)
        {
            Interlocked.Exchange(ref _failuresInARow, 0);
        }
        else if (Interlocked.Increment(ref _failuresInARow) >= options.FailuresInARow)
        {
            throw new DownloadException(
                error.Uri, $"{error.Reason} {options.FailuresInARow} videos in a row failed, so the job was stopped: check the network and the server, and run it again; it continues from here.", error);
        }
        else if (error.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
        {
            Pause(video.Address!.Host, error.RetryAfter);
        }

        return new VideoOutcome(video.Id, status) { Address = video.Address!.OriginalString, Reason = error.Reason };
    }

    // A server that is still busy after all retries gets a pause from all callers.
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
            await Task.Delay(rest, time, cancellationToken);
        }
    }

    private async Task<string?> FindFaultAsync(string path, CancellationToken cancellationToken)
    {
        var edges = new EdgeSampler(options.CheckLastFrame);
        try
        {
            await frames.ReadAsync(path, edges, cancellationToken);
            return edges.FrameCount > 1 ? null : "this is a picture, not a video.";
        }
        catch (MediaReadException error) when (error.Failure is not (MediaFailure.DecoderMissing or MediaFailure.DecoderFailed or MediaFailure.NotFound))
        {
            return error.Reason.Replace(path, "the file", StringComparison.Ordinal);
        }
    }

    /// <summary>Selects the first frame, and the last if asked; records how many there are.</summary>
    private sealed class EdgeSampler(bool last) : IFrameSampler
    {
        public int FrameCount { get; private set; }

        public IReadOnlyList<int> Select(int frameCount)
        {
            FrameCount = frameCount;
            return last && frameCount > 1 ? [0, frameCount - 1] : [0];
        }
    }
}
