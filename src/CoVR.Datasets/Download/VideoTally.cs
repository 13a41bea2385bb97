namespace CoVR.Datasets.Download;

/// <summary>Counts outcomes, keeps those that are missing, and reports.</summary>
internal sealed class VideoTally(long? total, TimeProvider time, IProgress<VideoProgress>? progress)
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<VideoOutcome> _missing = [];
    private long _done;
    private long _bytes;

    /// <summary>The videos that are not there.</summary>
    public IReadOnlyCollection<VideoOutcome> Missing => _missing;

    /// <summary>Counts an outcome.</summary>
    public VideoOutcome Count(VideoOutcome outcome)
    {
        _done++;
        _bytes += outcome.Status == VideoStatus.Downloaded ? outcome.Bytes ?? 0 : 0;
        if (!outcome.IsThere)
        {
            _missing.Add(outcome);
        }

        progress?.Report(new VideoProgress(_done, total, _missing.Count, _bytes, time.GetElapsedTime(_start)));
        return outcome;
    }
}
