namespace CoVR.Datasets.Download;

/// <summary>What became of a video.</summary>
public enum VideoStatus
{
    /// <summary>It was downloaded, and its frames can be decoded.</summary>
    Downloaded,

    /// <summary>It was there before.</summary>
    AlreadyThere,

    /// <summary>It did not come this time (the server was busy, the connection broke off); the next run tries again.</summary>
    Failed,

    /// <summary>The server has no such video or does not give it (404, 410, 403 and the like). The next run does not ask again.</summary>
    Gone,

    /// <summary>What came is no video that can be decoded; it was removed. The next run does not ask again.</summary>
    NotAVideo,

    /// <summary>The annotations name it, but the list of addresses does not.</summary>
    NoAddress,

    /// <summary>Its identity would lead outside the folder, or its address is none. The next run does not ask again.</summary>
    Invalid,

    /// <summary>It would be fetched; only plans say this.</summary>
    Planned,
}
