namespace CoVR.Downloads;

/// <summary>Passes progress on, at most ten times a second.</summary>
internal sealed class ProgressMeter(DownloadRequest request, IProgress<DownloadProgress>? progress, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private long _last = long.MinValue;

    /// <summary>Reports, unless it has just been done.</summary>
    public void Report(long bytes, long? total, bool always = false)
    {
        if (progress is null || (!always && _last != long.MinValue && time.GetElapsedTime(_last) < Pause))
        {
            return;
        }

        _last = time.GetTimestamp();
        progress.Report(new DownloadProgress(request.Uri, request.Path, bytes, total));
    }
}
