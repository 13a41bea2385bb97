namespace CoVR.Datasets.Download;

/// <summary>One annotation file: where it is published, where the readers look for it, and what it must hold.</summary>
/// <param name="Set">The data set: <c>covr</c>, <c>coir</c>, <c>cirr</c>, <c>fiq</c> or <c>circo</c>.</param>
/// <param name="Path">Where it belongs, below the working folder, with slashes: <c>annotation/cirr/cap.rc2.val.json</c>.</param>
/// <param name="Content">What it must hold.</param>
public sealed record AnnotationFile(string Set, string Path, AnnotationContent Content)
{
    /// <summary>Where it is published.</summary>
    /// <value>Null: it is made from <see cref="Parts"/>.</value>
    public Uri? Uri { get; init; }

    /// <summary>The files that make it, one after the other, as paths of the same kind.</summary>
    /// <value>Empty: it is downloaded.</value>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Bytes of the published file when the catalogue was written.</summary>
    /// <value>Null: not known. Another length is no error.</value>
    public long? Bytes { get; init; }

    /// <summary>Entries of the published file when the catalogue was written.</summary>
    /// <value>Null: not known. Another number is reported, and is no error.</value>
    public long? Entries { get; init; }

    /// <summary>The licence, as its publisher states it.</summary>
    public required string License { get; init; }

    /// <summary>The file's name.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
