namespace CoVR.Embedding;

/// <summary>What the files of a reference tree hold.</summary>
public enum PthTreeMedia
{
    /// <summary>Videos: a frame axis first, [F, D] or [F, Q, D].</summary>
    Videos,

    /// <summary>Pictures: no frame axis, [D] or [Q, D].</summary>
    Pictures,
}

/// <summary>How a <see cref="PthTreeGallery"/> lays out its files.</summary>
public sealed record PthTreeOptions
{
    /// <summary>What the tensors are.</summary>
    /// <value>Videos by default.</value>
    public PthTreeMedia Media { get; init; } = PthTreeMedia.Videos;

    /// <summary>How files are found: by their path in the tree, or by their name in any folder of it.</summary>
    /// <value>The path by default. By name, new items are written into the tree's own folder.</value>
    public MediaIdentity Identity { get; init; } = MediaIdentity.RelativePath;
}
