using CoVR.Storage;

namespace CoVR.Embedding;

/// <summary>How a folder keeps embeddings.</summary>
public enum EmbeddingFolderKind
{
    /// <summary>Segments and a manifest: <see cref="FolderGallery"/>.</summary>
    Store,

    /// <summary>A tensor file for each item, as the reference keeps them: <see cref="PthTreeGallery"/>.</summary>
    PthTree,
}

/// <summary>A folder of embeddings, looked at item by item, so that a damaged item hides no other. Nothing is written or locked.</summary>
/// <remarks>For inspection; a pipeline reads through the stores. Safe for use from several threads.</remarks>
public sealed class EmbeddingFolder
{
    private EmbeddingFolder(string path, EmbeddingFolderKind kind, EmbeddingFingerprint? fingerprint) =>
        (Path, Kind, Fingerprint) = (path, kind, fingerprint);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>How it keeps embeddings.</summary>
    public EmbeddingFolderKind Kind { get; }

    /// <summary>What made the embeddings; null for a tree that does not say it, as those of the reference.</summary>
    public EmbeddingFingerprint? Fingerprint { get; }

    /// <summary>The file that states <see cref="Fingerprint"/>, whether it is there or not.</summary>
    public string ManifestPath => ManifestOf(Path, Kind);

    /// <summary>Opens a folder.</summary>
    /// <param name="directory">A folder with a manifest, with segments, or with <c>.pth</c> files at any depth.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="GalleryException">There are no embeddings, or the manifest is damaged, of another version, or missing beside segments.</exception>
    public static EmbeddingFolder Open(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        var path = System.IO.Path.GetFullPath(directory);
        if (!Directory.Exists(path))
        {
            throw new GalleryException(path, "there is no such folder.");
        }

        if (FolderManifest.Read(path) is { } manifest)
        {
            return new EmbeddingFolder(path, EmbeddingFolderKind.Store, manifest.Fingerprint);
        }

        if (SegmentFiles.In(path) is [var segment, ..])
        {
            throw new GalleryException(path, $"{System.IO.Path.GetFileName(segment.SegmentPath)} is there without its {FolderManifest.FileName}, so nobody knows which model made it.");
        }

        var tree = StoreManifest.Read(path, ManifestOf(path, EmbeddingFolderKind.PthTree), PthTreeGallery.FormatName);
        return tree is not null || TreeFiles(path).Any()
            ? new EmbeddingFolder(path, EmbeddingFolderKind.PthTree, tree?.Fingerprint)
            : throw new GalleryException(path, "the folder holds no embeddings: neither a store nor .pth files.");
    }

    /// <summary>Lists what is there, damaged items included.</summary>
    /// <remarks>Of a gallery the records are read and their checksums compared, of a tree the names of files.</remarks>
    /// <returns>
    /// Items in the order of files and places. Of two records of one item in one file the later counts. An item without identity
    /// stands for bytes that are no record, or for a file that cannot be opened.
    /// </returns>
    public IEnumerable<StoredEmbedding> Items() => Kind == EmbeddingFolderKind.Store
        ? StoredEmbedding.OfGallery(Path, Fingerprint!)
        : TreeFiles(Path).Order(StringComparer.Ordinal).Select(file => StoredEmbedding.OfFile(Path, file));

    /// <summary>What is remembered of items that could not be embedded.</summary>
    /// <returns>The last failure of each item.</returns>
    public IReadOnlyDictionary<MediaId, EmbeddingFailure> Failures()
    {
        var failures = new Dictionary<MediaId, EmbeddingFailure>(FailureFile.Read(Directory.EnumerateFiles(Path, "failures*.jsonl")));
        if (Kind == EmbeddingFolderKind.Store)
        {
            using var index = FolderIndex.Load(Path, Fingerprint!);
            foreach (var failure in index.Failures())
            {
                failures[failure.Id] = failure;
            }
        }

        return failures;
    }

    private static string ManifestOf(string path, EmbeddingFolderKind kind) =>
        System.IO.Path.Combine(path, kind == EmbeddingFolderKind.Store ? FolderManifest.FileName : PthTreeGallery.ManifestName);

    /// <summary>Files of texts (<c>txt2_….pth</c>) and the reference's <c>delete.pth</c> lie beside items and are none.</summary>
    private static IEnumerable<string> TreeFiles(string path) => Directory
        .EnumerateFiles(path, "*" + PthTreePaths.Extension, SearchOption.AllDirectories)
        .Where(file => System.IO.Path.GetDirectoryName(file) != path
            || (System.IO.Path.GetFileNameWithoutExtension(file) is var name && name != "delete" && !(name.Contains('_', StringComparison.Ordinal) && TextEmbeddings.IsAt(file))));
}
