namespace CoVR.Datasets.Download;

/// <summary>What became of an annotation file.</summary>
public enum AnnotationStatus
{
    /// <summary>It was downloaded, and holds what it must.</summary>
    Downloaded,

    /// <summary>It was there, and holds what it must.</summary>
    AlreadyThere,

    /// <summary>It was made from others.</summary>
    Made,

    /// <summary>It could not be had; what was there before is as it was.</summary>
    Failed,
}
