namespace CoVR.Cli.Commands.Download;

/// <summary>What happened to a video.</summary>
internal enum VideoStatus
{
    Downloaded,
    AlreadyThere,

    /// <summary>It failed for a reason that may pass (busy server, broken connection); the next run tries again.</summary>
    Failed,

    /// <summary>The server does not have or give it (404, 410, 403 and the like); the next run does not ask again.</summary>
    Gone,

    /// <summary>The response is not a decodable video, and was removed; the next run does not request it again.</summary>
    NotAVideo,

    /// <summary>The list of addresses does not have it.</summary>
    NoAddress,

    /// <summary>Its identity would lead outside the folder, or its address is not valid; the next run does not ask again.</summary>
    Invalid,

    /// <summary>It would be downloaded; only plans say this.</summary>
    Planned,
}

/// <summary>The result for one video; a bad one never ends the job.</summary>
internal sealed record VideoOutcome(string Id, VideoStatus Status)
{
    /// <summary>Where it comes from; null: no address is known.</summary>
    public string? Address { get; init; }

    /// <summary>Its length; null when it is missing.</summary>
    public long? Bytes { get; init; }

    /// <summary>Why it is missing, if it is.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether an earlier run found this out, and it was not tried again.</summary>
    public bool IsFromEarlierRun { get; init; }

    public bool IsThere => Status is VideoStatus.Downloaded or VideoStatus.AlreadyThere;

    /// <summary>Whether it is no use to try the same address again.</summary>
    public bool IsFinal => Status is VideoStatus.Gone or VideoStatus.NotAVideo or VideoStatus.Invalid;
}
