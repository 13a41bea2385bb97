using Microsoft.Extensions.Logging;

namespace CoVR;

/// <summary>Log messages of this package.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Embedding store {Store}: dropped an unfinished record of {Bytes} bytes at {Offset}, which was never reported as stored.")]
    public static partial void UnfinishedRecordDropped(this ILogger logger, string store, long offset, long bytes);

    [LoggerMessage(2, LogLevel.Information, "Embedding {Count} items; {There} are already stored.")]
    public static partial void EmbeddingStarted(this ILogger logger, int count, int there);

    [LoggerMessage(3, LogLevel.Warning, "{Id} could not be embedded: {Reason}")]
    public static partial void ItemFailed(this ILogger logger, MediaId id, string reason, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "Embedding ended after {Elapsed}: {Done} items finished, {Failed} failed.")]
    public static partial void EmbeddingEnded(this ILogger logger, TimeSpan elapsed, long done, long failed);

    [LoggerMessage(5, LogLevel.Information, "Read the gallery of {Count} items from the store in {Elapsed}.")]
    public static partial void GalleryRead(this ILogger logger, int count, TimeSpan elapsed);

    [LoggerMessage(6, LogLevel.Information, "Evaluating {Queries} queries of {Dataset} over {Gallery} candidates with {Protocol} (by {Variants}; {Kinds}).")]
    public static partial void EvaluationStarted(this ILogger logger, int queries, string dataset, int gallery, string protocol, string variants, string kinds);

    [LoggerMessage(8, LogLevel.Information, "The model worked {Busy:P0} of the time; it waited {Waited} for pictures.")]
    public static partial void ModelBusy(this ILogger logger, double busy, TimeSpan waited);

    [LoggerMessage(40, LogLevel.Information, "Folder {Folder}: {Changes}.")]
    public static partial void FolderSynchronized(this ILogger logger, string folder, string changes);

    [LoggerMessage(41, LogLevel.Warning, "Folder {Folder} could not be synchronised with the gallery; the next scan retries: {Reason}")]
    public static partial void FolderNotSynchronized(this ILogger logger, string folder, string reason, Exception exception);

    [LoggerMessage(42, LogLevel.Warning, "Folder {Folder} is empty, but the gallery holds items from it. They are kept. Is the folder mounted?")]
    public static partial void FolderEmpty(this ILogger logger, string folder);

    [LoggerMessage(20, LogLevel.Information, "Gallery {Folder} has the format of version {Old}. It is read as it is; the first write upgrades it to version {New}, which older versions of this library cannot read.")]
    public static partial void OldGallery(this ILogger logger, string folder, int old, int @new);

    [LoggerMessage(21, LogLevel.Information, "Gallery {Folder} was upgraded from version {Old} to version {New}.")]
    public static partial void GalleryUpgraded(this ILogger logger, string folder, int old, int @new);

    [LoggerMessage(22, LogLevel.Warning, "Gallery {Folder} could not be compacted; its files stay larger than needed.")]
    public static partial void CompactionFailed(this ILogger logger, string folder, Exception exception);

    [LoggerMessage(23, LogLevel.Warning, "Gallery {Folder}: {File} is damaged. It is made again from the segments.")]
    public static partial void PartDamaged(this ILogger logger, string folder, string file);

    [LoggerMessage(24, LogLevel.Warning, "Gallery {Folder}: what speeds up its opening could not be written; it works without.")]
    public static partial void PartFailed(this ILogger logger, string folder, Exception exception);
}
