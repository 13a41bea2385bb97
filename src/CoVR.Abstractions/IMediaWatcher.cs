namespace CoVR;

/// <summary>Why a folder should be scanned.</summary>
public enum FolderChange
{
    /// <summary>The system reported a change, and then none for a while.</summary>
    Reported,

    /// <summary>Changes may have gone unreported: at the start, after lost events, and from time to time.</summary>
    Possible,
}

/// <summary>Says when the media of a folder may have changed.</summary>
/// <remarks>Safe for several folders at a time.</remarks>
public interface IMediaWatcher
{
    /// <summary>Watches a folder and all folders below it.</summary>
    /// <param name="folder">The folder; it may be missing at times.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>A value at once, and one after each burst of changes; changes during a burst's scan give another one. It never ends by itself.</returns>
    IAsyncEnumerable<FolderChange> WatchAsync(string folder, CancellationToken cancellationToken = default);
}
