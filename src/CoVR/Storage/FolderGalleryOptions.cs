using CoVR.Retrieval;

namespace CoVR.Storage;

/// <summary>How a <see cref="FolderGallery"/> is opened.</summary>
public sealed class FolderGalleryOptions
{
    /// <summary>The segment that this gallery writes to. Each segment has one writer at a time; workers that share a folder take one each.</summary>
    /// <value>Letters, digits, dots, dashes and underscores; empty by default, for the unnamed segment.</value>
    public string Segment { get; init; } = "";

    /// <summary>How long after a write other processes may still see the state before it; zero to look at every call.</summary>
    /// <value>One second by default.</value>
    public TimeSpan Staleness { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How queries and items are compared.</summary>
    /// <value><see cref="MeanPooledSimilarity"/> by default.</value>
    public ISimilarity Similarity { get; init; } = new MeanPooledSimilarity();

    /// <summary>Makes one frame of an item's frames, unless the similarity does.</summary>
    /// <value><see cref="MeanFramePooling"/> by default.</value>
    public IFramePooling Pooling { get; init; } = new MeanFramePooling();

    /// <summary>Whether every write is refused. The folder then need not be writable: scratch files go to the system's folder for temporary files.</summary>
    /// <value>False by default.</value>
    public bool IsReadOnly { get; init; }
}
