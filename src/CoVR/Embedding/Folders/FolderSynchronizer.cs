namespace CoVR.Embedding.Folders;

/// <summary>Brings a gallery to the state of a folder. A file's path is its identity; its content decides whether it changed.</summary>
/// <remarks>
/// New and changed files are embedded; moved, renamed and duplicate files reuse the embedding of their content; items whose file is gone are
/// removed. A changed file is not returned from the moment its change is seen until it is embedded again. Files that failed are not retried
/// until they change. After an interruption the next call continues. Several folders may share a gallery, each with its own scope; one call per folder at a time.
/// </remarks>
/// <param name="gallery">The gallery.</param>
/// <param name="job">Embeds items into that gallery.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed partial class FolderSynchronizer(IGallery gallery, IEmbeddingJob job, TimeProvider? time = null)
{
    private const int BatchSize = 64;

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Whether to retry files that failed and have not changed since.</summary>
    /// <value>False by default.</value>
    public bool RetryFailed { get; init; }

    /// <summary>Files modified less than this long ago may still be being written; they are left for the next call.</summary>
    /// <value>Zero by default: all files are taken.</value>
    public TimeSpan Quiet { get; init; }

    /// <summary>Whether the coordinates in a file are stored with its item (<see cref="GalleryProperties.Location"/>). Whether there are any always is.</summary>
    /// <value>False by default.</value>
    public bool StoresLocations { get; init; }

    /// <summary>Brings the gallery to the state of a folder.</summary>
    /// <param name="scan">The folder.</param>
    /// <param name="progress">Receives the progress of comparing and embedding; may be null.</param>
    /// <param name="cancellationToken">Stops cleanly; what is stored stays.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="GalleryException">The gallery belongs to another model, or its storage failed.</exception>
    public async Task<Report> SynchronizeAsync(FolderScan scan, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scan);
        var start = _time.GetTimestamp();
        var stored = new Dictionary<MediaId, GalleryProperties>();
        await foreach (var item in gallery.ListAsync(null, cancellationToken).ConfigureAwait(false))
        {
            stored.Add(item.Id, item.Properties);
        }

        var settled = scan.Items.Where(IsSettled).ToList();
        var failed = await FailedBeforeAsync(settled, cancellationToken).ConfigureAwait(false);
        var changes = await FolderChanges.FindAsync(
            scan,
            [.. settled.Where(item => !failed.ContainsKey(item.Id))],
            stored,
            StoresLocations,
            (done, total) => progress?.Report(new JobProgress(done, total, 0, _time.GetElapsedTime(start)) { Activity = "comparing" }),
            cancellationToken).ConfigureAwait(false);

        await TouchAsync(changes.Touch, cancellationToken).ConfigureAwait(false);
        var copied = await CopyAsync([.. changes.Copy.Where(copy => stored.ContainsKey(copy.From))], cancellationToken).ConfigureAwait(false);
        await ForgetAsync([.. changes.Gone, .. changes.Replaced.Except(copied)], scan, settled, cancellationToken).ConfigureAwait(false);
        var embed = changes.Embed.Concat(changes.Copy.Where(copy => stored.ContainsKey(copy.From) && !copied.Contains(copy.Item.Id)).Select(copy => copy.Item)).ToList();
        var outcomes = embed.Count == 0 ? [] : await job.EmbedAsync(embed, progress, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        var twins = changes.Copy.Where(copy => !stored.ContainsKey(copy.From)).ToList();
        var twinsCopied = await CopyAsync(twins, cancellationToken).ConfigureAwait(false);

        var embedded = outcomes.Where(outcome => outcome.Status is EmbedStatus.Embedded or EmbedStatus.AlreadyThere).Select(outcome => outcome.Id).ToHashSet();
        var moved = changes.Copy.Where(copy => copied.Contains(copy.Item.Id) && changes.Gone.Contains(copy.From)).Select(copy => copy.From).Distinct().Count();
        return new Report
        {
            New = embedded.Count(id => !changes.Replaced.Contains(id)),
            Changed = embedded.Count(changes.Replaced.Contains),
            Moved = moved,
            Duplicates = copied.Count - moved + twinsCopied.Count,
            Removed = changes.Gone.Count - moved,
            Unchanged = changes.Unchanged + changes.Touch.Count,
            Unsettled = scan.Items.Count - settled.Count,
            Failures = [.. failed.Values, .. outcomes.Where(outcome => outcome.Failure is not null)],
            PassedOver = scan.PassedOver,
        };
    }

    /// <summary>Whether a scan found nothing although the gallery holds items of its folder, as after a share was unmounted.</summary>
    internal async Task<bool> LostAllAsync(FolderScan scan, CancellationToken cancellationToken) => scan.Items.Count == 0
        && await gallery.CountAsync(scan.Scope.Length == 0 ? null : new GalleryFilter.InFolder(scan.Scope), cancellationToken).ConfigureAwait(false) > 0;

    // A time in the future comes from another clock and means nothing.
    private bool IsSettled(MediaItem item) => Quiet == TimeSpan.Zero || item.Properties.Modified is not { } at || _time.GetUtcNow() - at is var age && (age < TimeSpan.Zero || age >= Quiet);

    private async Task<Dictionary<MediaId, EmbedOutcome>> FailedBeforeAsync(List<MediaItem> items, CancellationToken cancellationToken)
    {
        var failures = await gallery.GetFailuresAsync(cancellationToken).ConfigureAwait(false);
        return RetryFailed ? [] : items
            .Where(item => failures.TryGetValue(item.Id, out var failure) && failure.IsPermanent && failure.Size == item.Properties.Size && failure.Modified == item.Properties.Modified)
            .ToDictionary(item => item.Id, item => new EmbedOutcome(
                item.Id, EmbedStatus.FailedBefore, new MediaReadException(item.Source.DisplayName, failures[item.Id].Kind!.Value, failures[item.Id].Reason)));
    }

    /// <summary>Stores new properties with the embeddings that are there.</summary>
    private async Task TouchAsync(IReadOnlyList<MediaItem> items, CancellationToken cancellationToken)
    {
        foreach (var batch in items.Chunk(BatchSize))
        {
            var entries = await gallery.GetAsync([.. batch.Select(item => item.Id)], cancellationToken).ConfigureAwait(false);
            var properties = batch.ToDictionary(item => item.Id, item => item.Properties);
            await gallery.UpsertAsync([.. entries.Select(entry => entry with { Properties = Merge(entry.Properties, properties[entry.Id]) })], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stores embeddings under other identities.</summary>
    /// <returns>The identities that now have one; an embedding that changed meanwhile is not reused.</returns>
    private async Task<HashSet<MediaId>> CopyAsync(IReadOnlyList<(MediaItem Item, MediaId From)> copies, CancellationToken cancellationToken)
    {
        var copied = new HashSet<MediaId>();
        foreach (var batch in copies.Chunk(BatchSize))
        {
            var entries = (await gallery.GetAsync([.. batch.Select(copy => copy.From).Distinct()], cancellationToken).ConfigureAwait(false)).ToDictionary(entry => entry.Id);
            GalleryEntry[] made =
            [
                .. batch.Where(copy => entries.TryGetValue(copy.From, out var entry) && entry.Properties.ContentHash == copy.Item.Properties.ContentHash)
                    .Select(copy => entries[copy.From] with { Id = copy.Item.Id, Properties = Merge(entries[copy.From].Properties, copy.Item.Properties) }),
            ];
            await gallery.UpsertAsync(made, cancellationToken).ConfigureAwait(false);
            copied.UnionWith(made.Select(entry => entry.Id));
        }

        return copied;
    }

    /// <summary>Removes items that are gone, and failures of files that changed or are gone, so that the job retries them.</summary>
    private async Task ForgetAsync(IEnumerable<MediaId> removed, FolderScan scan, List<MediaItem> settled, CancellationToken cancellationToken)
    {
        var failures = await gallery.GetFailuresAsync(cancellationToken).ConfigureAwait(false);
        var present = failures.Count == 0 ? [] : scan.Items.Select(item => item.Id).ToHashSet();
        var now = failures.Count == 0 ? [] : settled.ToDictionary(item => item.Id, item => item.Properties);
        var outdated = failures.Values.Where(failure => scan.Covers(failure.Id)
            && (now.TryGetValue(failure.Id, out var file) ? RetryFailed || failure.Size != file.Size || failure.Modified != file.Modified : !present.Contains(failure.Id)));
        if (removed.Concat(outdated.Select(failure => failure.Id)).ToHashSet() is { Count: > 0 } ids)
        {
            await gallery.RemoveAsync(ids, cancellationToken).ConfigureAwait(false);
        }
    }

    // Properties set by others, such as tags, are kept.
    private static GalleryProperties Merge(GalleryProperties before, GalleryProperties file) => before with
    {
        Kind = before.Kind ?? file.Kind,
        Source = file.Source,
        ContentHash = file.ContentHash,
        Size = file.Size,
        Modified = file.Modified,
        Taken = file.Taken ?? before.Taken,
        Camera = file.Camera ?? before.Camera,
        HasLocation = file.HasLocation ?? before.HasLocation,
        Location = file.Location,
    };
}
