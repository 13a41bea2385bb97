namespace CoVR.Cli.Commands.Download;

/// <summary>What happened to an annotation file.</summary>
internal enum AnnotationStatus
{
    Downloaded,
    AlreadyThere,

    /// <summary>It was made from others.</summary>
    Made,

    /// <summary>It could not be downloaded or made; an existing file is unchanged.</summary>
    Failed,
}

/// <summary>The result for one annotation file; a failed one never ends the others.</summary>
internal sealed record AnnotationOutcome(AnnotationFile File, string Path, AnnotationStatus Status)
{
    /// <summary>How many entries it has; null when it failed.</summary>
    public long? Entries { get; init; }

    /// <summary>Its length; null when it failed.</summary>
    public long? Bytes { get; init; }

    /// <summary>Why it failed, or why an existing file was replaced; else null.</summary>
    public string? Reason { get; init; }
}
