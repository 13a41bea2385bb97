namespace CoVR;

/// <summary>An item that is to be embedded.</summary>
/// <param name="Id">Its identity in the gallery.</param>
/// <param name="Source">Its bytes or frames.</param>
public sealed record MediaItem(MediaId Id, MediaSource Source)
{
    /// <summary>What is known of the item; stored with its embedding. Another size, time or hash than the stored one makes a job embed the item again.</summary>
    public GalleryProperties Properties { get; init; } = GalleryProperties.None;
}

/// <summary>What became of one item of an embedding job.</summary>
public enum EmbedStatus
{
    /// <summary>Embedded and stored in this run.</summary>
    Embedded,

    /// <summary>Was in the gallery already, unchanged.</summary>
    AlreadyThere,

    /// <summary>Could not be read or embedded; see <see cref="EmbedOutcome.Failure"/>.</summary>
    Failed,

    /// <summary>Failed in an earlier run for a reason that lies in the file, and was not tried again; <see cref="EmbedOutcome.Failure"/> says why.</summary>
    FailedBefore,
}

/// <summary>What became of one item; a bad item never ends the job.</summary>
/// <param name="Id">The item.</param>
/// <param name="Status">What happened.</param>
/// <param name="Failure">The reason when <paramref name="Status"/> is <see cref="EmbedStatus.Failed"/> or <see cref="EmbedStatus.FailedBefore"/>, else null.</param>
public sealed record EmbedOutcome(MediaId Id, EmbedStatus Status, Exception? Failure = null);

/// <summary>How far a long job is.</summary>
/// <param name="Done">Items that are finished, failed ones included.</param>
/// <param name="Total">Items in all, or null when unknown.</param>
/// <param name="Failed">Items that failed.</param>
/// <param name="Elapsed">Time since the job started.</param>
public sealed record JobProgress(long Done, long? Total, long Failed, TimeSpan Elapsed)
{
    /// <summary>The share of the time in which the model worked, in [0, 1]; null where it is not measured.</summary>
    public double? ModelBusy { get; init; }

    /// <summary>What is being done, such as <c>reading beach.mp4</c>; null where the counts say enough.</summary>
    public string? Activity { get; init; }
}

/// <summary>Embeds media into a gallery.</summary>
/// <remarks>Safe for use from several threads; two runs at a time embed twice what they share.</remarks>
public interface IEmbeddingJob
{
    /// <summary>Embeds every item that is not in the gallery yet or has changed, so that a second call after an interruption goes on where the first stopped.</summary>
    /// <param name="items">The gallery; identities are unique.</param>
    /// <param name="progress">Told after every batch; may be null.</param>
    /// <param name="cancellationToken">Stops cleanly: what is stored stays.</param>
    /// <returns>One outcome for each item, as it is finished.</returns>
    IAsyncEnumerable<EmbedOutcome> EmbedAsync(IReadOnlyList<MediaItem> items, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default);
}
