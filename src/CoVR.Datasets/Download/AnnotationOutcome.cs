namespace CoVR.Datasets.Download;

/// <summary>What became of one annotation file; a failed one never ends the others.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">Where it is, or should be.</param>
/// <param name="Status">What happened.</param>
public sealed record AnnotationOutcome(AnnotationFile File, string Path, AnnotationStatus Status)
{
    /// <summary>How many entries it has.</summary>
    /// <value>Null when it failed.</value>
    public long? Entries { get; init; }

    /// <summary>Its length in bytes.</summary>
    /// <value>Null when it failed.</value>
    public long? Bytes { get; init; }

    /// <summary>Why it failed, or why one that was there was replaced.</summary>
    /// <value>Null: there is nothing to say.</value>
    public string? Reason { get; init; }
}
