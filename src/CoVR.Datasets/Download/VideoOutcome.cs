namespace CoVR.Datasets.Download;

/// <summary>What became of one video; a bad one never ends the job.</summary>
/// <param name="Id">Its identity as the list names it, <c>014001_014050/1040338307</c>.</param>
/// <param name="Status">What happened.</param>
public sealed record VideoOutcome(string Id, VideoStatus Status)
{
    /// <summary>Where it comes from.</summary>
    /// <value>Null: no address is known.</value>
    public string? Address { get; init; }

    /// <summary>Its length in bytes.</summary>
    /// <value>Null when it is not there.</value>
    public long? Bytes { get; init; }

    /// <summary>Why it is not there.</summary>
    /// <value>Null when it is.</value>
    public string? Reason { get; init; }

    /// <summary>Whether this was found out by an earlier run, and not tried again.</summary>
    public bool IsFromEarlierRun { get; init; }

    /// <summary>Whether the video is on the disk.</summary>
    public bool IsThere => Status is VideoStatus.Downloaded or VideoStatus.AlreadyThere;

    /// <summary>Whether trying the same address again is of no use.</summary>
    internal bool IsFinal => Status is VideoStatus.Gone or VideoStatus.NotAVideo or VideoStatus.Invalid;
}
