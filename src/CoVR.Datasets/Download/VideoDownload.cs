using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CoVR.Data;
using CoVR.Datasets.Embedding;
using CoVR.Downloads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Datasets.Download;

/// <summary>Downloads videos of a list, several at a time; each is decoded before it gets its name.</summary>
/// <remarks>
/// <para>The job may be killed at any moment: the next run continues half files and asks again only for what may come. Shards are cut by
/// <see cref="CoVR.Shard"/>, so that workers may start at any time; each has a journal and a list of missing videos of its own.</para>
/// <para>Memory holds the identities of the annotations and the failures, not the list of addresses.</para>
/// </remarks>
public sealed class VideoDownload
{
    private readonly VideoDownloadOptions _options;
    private readonly Downloader _downloader;
    private readonly IFrameReader _frames;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates a job.</summary>
    /// <param name="options">Which videos; not changed afterwards.</param>
    /// <param name="downloader">Fetches files; stays the caller's.</param>
    /// <param name="frames">Decodes videos, safe for several threads.</param>
    /// <param name="time">The clock of journals and progress; null for the system's.</param>
    /// <param name="logger">Told about videos that are missing; may be null.</param>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public VideoDownload(VideoDownloadOptions options, Downloader downloader, IFrameReader frames, TimeProvider? time = null, ILogger<VideoDownload>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(downloader);
        ArgumentNullException.ThrowIfNull(frames);
        options.Validate();
        (_options, _downloader, _frames) = (options, downloader, frames);
        (_time, _logger) = (time ?? TimeProvider.System, (ILogger?)logger ?? NullLogger.Instance);
    }

    /// <summary>Brings the list of addresses, unless it is there.</summary>
    /// <param name="progress">Hears of bytes; may be null.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <returns>The list; null if none is needed.</returns>
    /// <exception cref="DownloadException">It cannot be had, or is no such list.</exception>
    public async Task<DownloadResult?> FetchListAsync(IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        _options is { List: { } list, ListAddress: { } address }
            ? await _downloader.DownloadAsync(new DownloadRequest(address, list) { Check = FindListFaultAsync }, progress, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Says what a run would do, without asking a server for a video; the list of addresses must be there.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Each video of the shard: what is known of it, or <see cref="VideoStatus.Planned"/> if it would be fetched.</returns>
    /// <exception cref="DatasetFormatException">List or annotations cannot be read.</exception>
    public async IAsyncEnumerable<VideoOutcome> PlanAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var plan = await VideoPlan.CreateAsync(_options, cancellationToken).ConfigureAwait(false);
        await foreach (var video in plan.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return video.Known ?? new VideoOutcome(video.Id, VideoStatus.Planned) { Address = video.Address!.OriginalString };
        }
    }

    /// <summary>Downloads every video of the shard that is not there; at the end it writes the list of those that are missing.</summary>
    /// <param name="progress">Told after every video; may be null.</param>
    /// <param name="cancellationToken">Stops cleanly: what came is kept.</param>
    /// <returns>One outcome for each video, as it is finished.</returns>
    /// <exception cref="DatasetFormatException">List or annotations cannot be read.</exception>
    /// <exception cref="DownloadException">The list cannot be had, the disk is full or cannot be written, or <see cref="VideoDownloadOptions.FailuresInARow"/> videos failed.</exception>
    /// <exception cref="MediaReadException">The video decoder is not installed.</exception>
    /// <exception cref="IOException">Another process downloads this shard.</exception>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public async IAsyncEnumerable<VideoOutcome> DownloadAsync(IProgress<VideoProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await FetchListAsync(null, cancellationToken).ConfigureAwait(false);
        using var journal = VideoJournal.Open(_options, _time);
        var plan = await VideoPlan.CreateAsync(_options, cancellationToken).ConfigureAwait(false);
        var tally = new VideoTally(plan.Total, _time, progress);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var outcomes = Channel.CreateBounded<VideoOutcome>(4 * _options.Workers);
        var work = RunAsync(plan, journal, outcomes.Writer, stop);
        try
        {
            await foreach (var outcome in outcomes.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return tally.Count(outcome);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await work.ConfigureAwait(false);
        await WriteMissingAsync(tally.Missing, cancellationToken).ConfigureAwait(false);
    }

    private async Task RunAsync(VideoPlan plan, VideoJournal journal, ChannelWriter<VideoOutcome> outcomes, CancellationTokenSource stop)
    {
        var fetcher = new VideoFetcher(_options, _downloader, _frames, _time);
        var queue = Channel.CreateBounded<PlannedVideo>(2 * _options.Workers);
        Task[] tasks = [Guarded(ProduceAsync), .. Enumerable.Range(0, _options.Workers).Select(_ => Guarded(ConsumeAsync))];
        try
        {
            // The first error that is not the cancellation which it causes.
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var faulted = tasks.FirstOrDefault(task => task.IsFaulted) ?? Task.WhenAll(tasks);
            await faulted.ConfigureAwait(false);
        }
        finally
        {
            outcomes.TryComplete();
        }

        async Task Guarded(Func<Task> part)
        {
            try
            {
                await Task.Run(part, stop.Token).ConfigureAwait(false);
            }
            catch
            {
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }

        async Task ProduceAsync()
        {
            await foreach (var video in plan.ReadAsync(stop.Token).ConfigureAwait(false))
            {
                if (video.Known is { } known)
                {
                    await outcomes.WriteAsync(known, stop.Token).ConfigureAwait(false);
                }
                else
                {
                    await queue.Writer.WriteAsync(video, stop.Token).ConfigureAwait(false);
                }
            }

            queue.Writer.Complete();
        }

        async Task ConsumeAsync()
        {
            await foreach (var video in queue.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                var outcome = await fetcher.FetchAsync(video, stop.Token).ConfigureAwait(false);
                Note(journal, outcome);
                await outcomes.WriteAsync(outcome, stop.Token).ConfigureAwait(false);
            }
        }
    }

    private void Note(VideoJournal journal, VideoOutcome outcome)
    {
        if (outcome.Status != VideoStatus.AlreadyThere)
        {
            journal.Append(outcome);
        }

        if (!outcome.IsThere)
        {
            _logger.VideoMissing(outcome.Id, outcome.Status, outcome.Reason!);
        }
    }

    private async Task WriteMissingAsync(IReadOnlyCollection<VideoOutcome> missing, CancellationToken cancellationToken)
    {
        if (missing.Count == 0)
        {
            File.Delete(_options.MissingFile);
            return;
        }

        var rows = missing.OrderBy(outcome => outcome.Id, StringComparer.Ordinal).Select(outcome => new[] { outcome.Id, outcome.Status.ToString(), outcome.Reason ?? "", outcome.Address ?? "" });
        await CsvFile.WriteAsync(_options.MissingFile, ["id", "status", "reason", "address"], rows.ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string?> FindListFaultAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await VideoAddressList.ReadAsync(path, cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false) > 0 ? null : "the list has no video.";
        }
        catch (DatasetFormatException fault)
        {
            return $"this is no list of addresses: {fault.Reason}";
        }
    }
}
