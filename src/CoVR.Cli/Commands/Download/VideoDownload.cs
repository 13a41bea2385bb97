using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using CoVR.Data;
using CoVR.Downloads;
using CoVR.Modeling.Checkpoints;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Cli.Commands.Download;

/// <summary>How far a download of videos is.</summary>
/// <param name="Done">Finished videos, missing ones included.</param>
/// <param name="Total">Videos of this shard; null when the list is read as it goes.</param>
/// <param name="Missing">Missing videos.</param>
/// <param name="Bytes">Bytes that were downloaded in this run.</param>
internal sealed record VideoProgress(long Done, long? Total, long Missing, long Bytes);

/// <summary>Downloads videos of a list, several at a time; each is decoded before it gets its name.</summary>
/// <remarks>
/// <para>The job may be killed at any time: the next run continues partial files and asks only for videos that may still come. Shards are cut by
/// <see cref="Shard"/>, so that workers may start at any time; each has its own journal and list of missing videos.</para>
/// <para>Memory holds the identities of the annotations and the failures, not the list of addresses.</para>
/// </remarks>
internal sealed partial class VideoDownload(VideoDownloadOptions options, Downloader downloader, IFrameReader frames, TimeProvider? time = null, ILogger? logger = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <summary>Downloads the list of addresses, if one is needed and does not exist.</summary>
    /// <exception cref="DownloadException">It cannot be downloaded, or is no such list.</exception>
    public async Task FetchListAsync(IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (options is { List: { } list, ListAddress: { } address })
        {
            await downloader.DownloadAsync(address, list, FindListFaultAsync, replace: false, progress, cancellationToken);
        }
    }

    /// <summary>Says what a run would do, without asking a server for a video; the list of addresses must exist.</summary>
    /// <returns>Each video of the shard: what is known of it, or <see cref="VideoStatus.Planned"/> if it would be downloaded.</returns>
    public async IAsyncEnumerable<VideoOutcome> PlanAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var plan = await VideoPlan.CreateAsync(options, cancellationToken);
        await foreach (var video in plan.ReadAsync(cancellationToken))
        {
            yield return video.Known ?? new VideoOutcome(video.Id, VideoStatus.Planned) { Address = video.Address!.OriginalString };
        }
    }

    /// <summary>Downloads every missing video of the shard; at the end it writes the list of those that are still missing.</summary>
    /// <returns>One outcome for each video, as it is finished.</returns>
    /// <exception cref="DatasetFormatException">List or annotations cannot be read.</exception>
    /// <exception cref="DownloadException">The list cannot be downloaded, the disk is full or cannot be written, or <see cref="VideoDownloadOptions.FailuresInARow"/> videos failed.</exception>
    /// <exception cref="MediaReadException">The video decoder is not installed.</exception>
    /// <exception cref="IOException">Another process downloads this shard.</exception>
    public async IAsyncEnumerable<VideoOutcome> DownloadAsync(IProgress<VideoProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await FetchListAsync(null, cancellationToken);
        using var journal = VideoJournal.Open(options, _time);
        var plan = await VideoPlan.CreateAsync(options, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var outcomes = Channel.CreateBounded<VideoOutcome>(4 * options.Workers);
        var work = RunAsync(plan, journal, outcomes.Writer, stop);
        List<VideoOutcome> missing = [];
        var (done, bytes) = (0L, 0L);
        try
        {
            await foreach (var outcome in outcomes.Reader.ReadAllAsync(CancellationToken.None))
            {
                done++;
                bytes += outcome.Status == VideoStatus.Downloaded ? outcome.Bytes ?? 0 : 0;
                missing.AddRange(outcome.IsThere ? [] : [outcome]);
                progress?.Report(new VideoProgress(done, plan.Total, missing.Count, bytes));
                yield return outcome;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await work;
        WriteMissing(missing);
    }

    private async Task RunAsync(VideoPlan plan, VideoJournal journal, ChannelWriter<VideoOutcome> outcomes, CancellationTokenSource stop)
    {
        var fetcher = new VideoFetcher(options, downloader, frames, _time);
        var queue = Channel.CreateBounded<PlannedVideo>(2 * options.Workers);
        Task[] tasks =
        [
            GuardAsync(() => ProduceAsync(plan, queue.Writer, outcomes, stop.Token), stop),
            .. Enumerable.Range(0, options.Workers).Select(_ => GuardAsync(() => ConsumeAsync(queue.Reader, fetcher, journal, outcomes, stop.Token), stop)),
        ];
        try
        {
            // The first error that is not the cancellation which it causes.
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await (tasks.FirstOrDefault(task => task.IsFaulted) ?? Task.WhenAll(tasks));
        }
        finally
        {
            outcomes.TryComplete();
        }
    }

    /// <summary>Stops the other parts when one fails.</summary>
    private static async Task GuardAsync(Func<Task> part, CancellationTokenSource stop)
    {
        try
        {
            await Task.Run(part, stop.Token);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private static async Task ProduceAsync(VideoPlan plan, ChannelWriter<PlannedVideo> queue, ChannelWriter<VideoOutcome> outcomes, CancellationToken cancellationToken)
    {
        await foreach (var video in plan.ReadAsync(cancellationToken))
        {
            await (video.Known is { } known ? outcomes.WriteAsync(known, cancellationToken) : queue.WriteAsync(video, cancellationToken));
        }

        queue.Complete();
    }

    private async Task ConsumeAsync(
        ChannelReader<PlannedVideo> queue, VideoFetcher fetcher, VideoJournal journal, ChannelWriter<VideoOutcome> outcomes, CancellationToken cancellationToken)
    {
        await foreach (var video in queue.ReadAllAsync(cancellationToken))
        {
            var outcome = await fetcher.FetchAsync(video, cancellationToken);
            Record(journal, outcome);
            await outcomes.WriteAsync(outcome, cancellationToken);
        }
    }

    private void Record(VideoJournal journal, VideoOutcome outcome)
    {
        if (outcome.Status != VideoStatus.AlreadyThere)
        {
            journal.Append(outcome);
        }

        if (!outcome.IsThere)
        {
            LogMissing(_logger, outcome.Id, outcome.Status, outcome.Reason!);
        }
    }

    private void WriteMissing(IReadOnlyList<VideoOutcome> missing)
    {
        if (missing.Count == 0)
        {
            File.Delete(options.MissingFile);
            return;
        }

        var rows = missing.OrderBy(outcome => outcome.Id, StringComparer.Ordinal).Select(outcome => Row(outcome.Id, outcome.Status.ToString(), outcome.Reason ?? "", outcome.Address ?? ""));
        AtomicFile.Write(options.MissingFile, file => file.Write(Encoding.UTF8.GetBytes(string.Concat(rows.Prepend(Row("id", "status", "reason", "address"))))));
    }

    private static string Row(params string[] fields) =>
        string.Join(',', fields.Select(field => field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\n";

    private static async Task<string?> FindListFaultAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await VideoAddressList.ReadAsync(path, cancellationToken).CountAsync(cancellationToken) > 0 ? null : "the list has no videos.";
        }
        catch (DatasetFormatException fault)
        {
            return $"this is not a list of addresses: {fault.Reason}";
        }
    }

    [LoggerMessage(22, LogLevel.Debug, "{Video} is missing ({Status}): {Reason}")]
    private static partial void LogMissing(ILogger logger, string video, VideoStatus status, string reason);
}
