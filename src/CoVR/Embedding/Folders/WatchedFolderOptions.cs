namespace CoVR.Embedding.Folders;

/// <summary>How a folder is watched.</summary>
public sealed class WatchedFolderOptions
{
    /// <summary>The first part of the identities, so that several folders share a gallery without mixing.</summary>
    /// <value>Empty by default. Each folder of a gallery needs its own; <see cref="GalleryFilter.InFolder"/> of it passes the folder's items.</value>
    public string Scope { get; set; } = "";

    /// <summary>How long a file must be left alone before it is embedded.</summary>
    /// <value>2 seconds by default; above zero.</value>
    public TimeSpan Quiet { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the folder is scanned without any reported change.</summary>
    /// <value>5 minutes by default; above zero.</value>
    public TimeSpan RescanEvery { get; set; } = TimeSpan.FromMinutes(5);
}
