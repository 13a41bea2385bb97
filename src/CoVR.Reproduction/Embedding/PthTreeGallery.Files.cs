using CoVR.Modeling;

namespace CoVR.Reproduction.Embedding;

/// <content>The files of the tree.</content>
public sealed partial class PthTreeGallery
{
    /// <summary>Finds the files of a tree's items, damaged ones included; nothing is written.</summary>
    /// <param name="directory">The folder; it need not exist.</param>
    /// <returns>Identity and full path of each file, ordered by path. Texts (<c>txt2_….pth</c>) and the reference's <c>delete.pth</c> are left out.</returns>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    public static IEnumerable<KeyValuePair<MediaId, string>> FindFiles(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        var folder = Path.GetFullPath(directory);
        return FilesOf(folder, null).Order(StringComparer.Ordinal).Select(path => KeyValuePair.Create(PthTreePaths.ToId(Path.GetRelativePath(folder, path)), path));
    }

    /// <summary>Reads what made the embeddings of a tree.</summary>
    /// <param name="directory">The folder; it need not exist.</param>
    /// <returns>The fingerprint; null when the tree does not have one, as those that Python wrote.</returns>
    /// <exception cref="GalleryException">The file that states it is damaged or of another version.</exception>
    public static EmbeddingFingerprint? ReadFingerprint(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return PthTreeManifest.Read(Path.GetFullPath(directory));
    }

    /// <summary>Reads the recorded failures of a tree.</summary>
    /// <param name="directory">The folder; it need not exist.</param>
    /// <returns>The last failure of each item, whether it was embedded since or not.</returns>
    public static IReadOnlyDictionary<MediaId, EmbeddingFailure> ReadFailures(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return FailureFile.Read(Directory.Exists(directory) ? Directory.EnumerateFiles(directory, $"{FailuresName}-*.jsonl") : []);
    }

    /// <summary>Before the first write: records the fingerprint in an empty tree, or compares it with the recorded one.</summary>
    private void Establish()
    {
        lock (_gate)
        {
            if (_established)
            {
                return;
            }

            Directory.CreateDirectory(_folder);
            Sweep();
            if (_files.Value.Count == 0)
            {
                PthTreeManifest.Establish(_folder, _fingerprint);
            }
            else if (!PthTreeManifest.RequireSame(_folder, _fingerprint))
            {
                Log.TreeTrusted(_logger, _folder, _files.Value.Count);
            }

            _established = true;
        }
    }

    private bool IsAllowed(MediaId id) => !_byName || !id.Value.Contains('/', StringComparison.Ordinal);

    private string? Find(MediaId id)
    {
        lock (_gate)
        {
            if (_files.Value.TryGetValue(id, out var known) || string.IsNullOrEmpty(id.Value) || !IsAllowed(id))
            {
                return known;
            }

            var path = Path.Combine(_folder, PthTreePaths.ToRelative(id));
            if (!File.Exists(path))
            {
                return null;
            }

            _files.Value[id] = path;
            return path;
        }
    }

    private EmbeddingSet Read(MediaId id, string path)
    {
        try
        {
            return PthTensor.Read(_folder, path, _fingerprint, _pictures);
        }
        catch (Exception error) when (error is CheckpointException or IOException)
        {
            throw new GalleryException(_folder, $"the file of '{id}' cannot be read: {error.Message} Delete it and embed the item again.", error);
        }
    }

    private SortedDictionary<MediaId, string> List()
    {
        var files = new SortedDictionary<MediaId, string>();
        foreach (var path in FilesOf(_folder, _pictures).Order(StringComparer.Ordinal))
        {
            files.TryAdd(Identify(path), path);
        }

        return files;
    }

    private static IEnumerable<string> FilesOf(string folder, bool? pictures) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*" + PthTreePaths.Extension, SearchOption.AllDirectories).Where(path => Path.GetDirectoryName(path) != folder || !IsNoItem(folder, path, pictures))
        : [];

    /// <summary>Files of the reference that are not items: texts beside the video folders, and the zeros saved for broken pictures.</summary>
    private static bool IsNoItem(string folder, string path, bool? pictures)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return (pictures != false && name == "delete" && !PthTreeManifest.ExistsIn(folder))
            || (pictures != true && name.Contains('_', StringComparison.Ordinal) && TextEmbeddings.IsAt(path));
    }

    /// <summary>Removes files left behind by killed writers, once they are old enough.</summary>
    private void Sweep()
    {
        var longAgo = TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromDays(1);
        foreach (var leftover in Directory.EnumerateFiles(_folder, $"*{PthTreePaths.Extension}.*.tmp", SearchOption.AllDirectories)
            .Where(file => File.GetLastWriteTimeUtc(file) < longAgo))
        {
            File.Delete(leftover);
        }
    }

    private MediaId Identify(string path)
    {
        var id = PthTreePaths.ToId(Path.GetRelativePath(_folder, path));
        return _byName ? new MediaId(id.Value[(id.Value.LastIndexOf('/') + 1)..]) : id;
    }
}
