namespace CoVR;

/// <summary>An item to embed.</summary>
/// <param name="Id">Its identity in the gallery.</param>
/// <param name="Source">Its bytes or frames.</param>
public sealed record MediaItem(MediaId Id, MediaSource Source)
{
    /// <summary>The properties of the item, stored with its embedding. A job embeds the item again if its size, time or hash differs from the stored one.</summary>
    public GalleryProperties Properties { get; init; } = GalleryProperties.None;
}

/// <summary>The outcome of one item of an embedding job.</summary>
public enum EmbedStatus
{
    /// <summary>Embedded and stored in this run.</summary>
    Embedded,

    /// <summary>Already in the gallery, unchanged.</summary>
    AlreadyThere,

    /// <summary>Could not be read or embedded; see <see cref="EmbedOutcome.Failure"/>.</summary>
    Failed,

    /// <summary>Failed in an earlier run because of its file, and was not retried; <see cref="EmbedOutcome.Failure"/> says why.</summary>
    FailedBefore,
}

/// <summary>The outcome of one item; a bad item never ends the job.</summary>
/// <param name="Id">The item.</param>
/// <param name="Status">What happened.</param>
/// <param name="Failure">The reason when <paramref name="Status"/> is <see cref="EmbedStatus.Failed"/> or <see cref="EmbedStatus.FailedBefore"/>, else null.</param>
public sealed record EmbedOutcome(MediaId Id, EmbedStatus Status, Exception? Failure = null);

/// <summary>The progress of a long job.</summary>
/// <param name="Done">Items that are finished, failed ones included.</param>
/// <param name="Total">Items in all, or null when unknown.</param>
/// <param name="Failed">Items that failed.</param>
/// <param name="Elapsed">Time since the job started.</param>
public sealed record JobProgress(long Done, long? Total, long Failed, TimeSpan Elapsed)
{
    /// <summary>The share of time in which the model was busy, in [0, 1]; null if not measured.</summary>
    public double? ModelBusy { get; init; }

    /// <summary>The current activity, such as <c>reading beach.mp4</c>; null if the counts say enough.</summary>
    public string? Activity { get; init; }
}

/// <summary>Embeds media into a gallery.</summary>
/// <remarks>Safe for use from several threads; concurrent runs embed shared items twice.</remarks>
public interface IEmbeddingJob
{
    /// <summary>Embeds every item that is not in the gallery yet or has changed, so that another call after an interruption continues where the first stopped.</summary>
    /// <param name="items">The gallery; identities are unique.</param>
    /// <param name="progress">Told after every batch, and every two seconds while one takes longer, then with the item that is read or encoded as the activity; may be null.</param>
    /// <param name="cancellationToken">Stops cleanly: what is stored stays.</param>
    /// <returns>One outcome per item, as each finishes.</returns>
    IAsyncEnumerable<EmbedOutcome> EmbedAsync(IReadOnlyList<MediaItem> items, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default);
}
