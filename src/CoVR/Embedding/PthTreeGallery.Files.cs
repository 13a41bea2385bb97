using CoVR.Modeling;

namespace CoVR.Embedding;

/// <content>The files of the tree.</content>
public sealed partial class PthTreeGallery
{
    /// <summary>Before the first write: says in an empty tree what makes its embeddings, compares in one that says it.</summary>
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
                StoreManifest.Establish(_folder, ManifestPath, _fingerprint, FormatName);
            }
            else if (!StoreManifest.RequireSame(_folder, ManifestPath, _fingerprint, FormatName))
            {
                _logger.TreeTrusted(_folder, _files.Value.Count);
            }

            _established = true;
        }
    }

    private bool IsAllowed(MediaId id) => _options.Identity == MediaIdentity.RelativePath || !id.Value.Contains('/', StringComparison.Ordinal);

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
            return PthTensor.Read(_folder, path, _fingerprint, _options.Media);
        }
        catch (Exception error) when (error is CheckpointException or IOException)
        {
            throw new GalleryException(_folder, $"the file of '{id}' cannot be read: {error.Message} Delete it and embed the item again.", error);
        }
    }

    private SortedDictionary<MediaId, string> List()
    {
        var files = new SortedDictionary<MediaId, string>();
        if (Directory.Exists(_folder))
        {
            foreach (var (id, path) in Directory.EnumerateFiles(_folder, "*" + PthTreePaths.Extension, SearchOption.AllDirectories)
                .Where(path => !IsNoItem(path))
                .Select(path => (Id: Identify(path), Path: path))
                .OrderBy(file => file.Id)
                .ThenBy(file => file.Path, StringComparer.Ordinal))
            {
                files.TryAdd(id, path);
            }
        }

        return files;
    }

    /// <summary>Files of the reference that are no items: its texts beside the folders of videos, and the zeros it saves for broken pictures.</summary>
    private bool IsNoItem(string path)
    {
        if (!string.Equals(Path.GetDirectoryName(path), _folder, StringComparison.Ordinal))
        {
            return false;
        }

        var name = Path.GetFileNameWithoutExtension(path);
        return _options.Media == PthTreeMedia.Pictures
            ? name == "delete" && !File.Exists(ManifestPath)
            : name.Contains('_', StringComparison.Ordinal) && TextEmbeddings.IsAt(path);
    }

    /// <summary>Removes what killed writers left beside the files, once it is so old that nobody writes it any more.</summary>
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
        return _options.Identity == MediaIdentity.FileName ? new MediaId(id.Value[(id.Value.LastIndexOf('/') + 1)..]) : id;
    }
}
