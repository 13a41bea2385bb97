using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using CoVR.Data;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Native;
using CoVR.Reproduction.Embedding;
using CoVR.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Cli.Runs;

/// <summary>A folder of embeddings, a store or a tree of <c>.pth</c> files, looked at item by item, so that a damaged item hides no other.</summary>
internal sealed class EmbeddingFolder
{
    private readonly string _path;

    private EmbeddingFolder(string path, bool isTree, EmbeddingFingerprint? fingerprint) => (_path, IsTree, Fingerprint) = (path, isTree, fingerprint);

    /// <summary>Whether it is a tree of <c>.pth</c> files.</summary>
    public bool IsTree { get; }

    /// <summary>What made the embeddings; null for a tree that does not say, such as the reference's.</summary>
    public EmbeddingFingerprint? Fingerprint { get; }

    /// <summary>The file that states <see cref="Fingerprint"/>, whether it exists or not.</summary>
    public string ManifestPath => Path.Combine(_path, IsTree ? "covr-tree.json" : "manifest.json");

    /// <summary>Opens a folder with a manifest, with segments, or with <c>.pth</c> files at any depth.</summary>
    /// <exception cref="GalleryException">There are no embeddings, or the manifest is damaged, of an unsupported version, or missing beside segments.</exception>
    public static EmbeddingFolder Open(string directory)
    {
        var path = Path.GetFullPath(directory);
        if (!Directory.Exists(path))
        {
            throw new GalleryException(path, "there is no such folder.");
        }

        if (FolderGallery.ReadFingerprint(path) is { } made)
        {
            return new EmbeddingFolder(path, isTree: false, made);
        }

        var stated = PthTreeGallery.ReadFingerprint(path);
        return stated is not null || PthTreeGallery.FindFiles(path).Any()
            ? new EmbeddingFolder(path, isTree: true, stated)
            : throw new GalleryException(path, "the folder holds no embeddings: neither a store nor .pth files.");
    }

    /// <summary>Opens the embeddings of a folder, whatever made them.</summary>
    public static IGallery OpenGallery(string directory, bool pictures = false, bool byName = false) =>
        FolderGallery.Exists(directory) ? new FolderGallery(directory, null) : PthTreeGallery.OpenExisting(directory, pictures, byName);

    /// <summary>Lists what is there, damaged items included: of a store the records, whose checksums are compared, of a tree the names of files.</summary>
    public IEnumerable<EmbeddingItem> Items() => IsTree
        ? PthTreeGallery.FindFiles(_path).Select(file => new EmbeddingItem(file.Key, file.Value, null, values => ReadFile(file.Value, values)))
        : FolderGallery.Inspect(_path).Select(record => new EmbeddingItem(
            record.Id, record.File, record.Damage, values => ([record.Frames, Fingerprint!.Vectors, Fingerprint.Dimensions], values ? record.Read().Values : default)));

    /// <summary>The last failure of each item that could not be embedded.</summary>
    public async Task<IReadOnlyDictionary<MediaId, EmbeddingFailure>> FailuresAsync(CancellationToken cancellationToken)
    {
        if (IsTree)
        {
            return PthTreeGallery.ReadFailures(_path);
        }

        await using var gallery = new FolderGallery(_path, null);
        return await gallery.GetFailuresAsync(cancellationToken);
    }

    /// <summary>Whether items of some splits are embedded; each folder is listed once, when it is first asked about.</summary>
    /// <param name="folders">The folder of each split; it need not exist.</param>
    public static Func<DatasetSplit, MediaId, bool> Membership(IReadOnlyDictionary<DatasetSplit, string> folders)
    {
        var known = new ConcurrentDictionary<DatasetSplit, HashSet<MediaId>>();
        return (split, id) => folders.TryGetValue(split, out var folder) && known.GetOrAdd(split, _ => Ids(folder)).Contains(id);
    }

    /// <summary>The name of an identity without its folders; by it an item of a tree is found, too.</summary>
    public static string NameOf(MediaId id) => id.Value[(id.Value.LastIndexOf('/') + 1)..];

    private static HashSet<MediaId> Ids(string directory)
    {
        HashSet<MediaId> ids = [];
        try
        {
            var folder = Open(directory);
            foreach (var id in folder.Items().Where(item => item.Damage is null).Select(item => item.Id).OfType<MediaId>())
            {
                ids.Add(id);
                if (folder.IsTree)
                {
                    ids.Add(new MediaId(NameOf(id)));
                }
            }
        }
        catch (GalleryException)
        {
            // No embeddings yet; if they are damaged, opening them for reading reports it.
        }

        return ids;
    }

    private (IReadOnlyList<long> Shape, ReadOnlyMemory<float> Values) ReadFile(string path, bool values)
    {
        try
        {
            NativeTorch.EnsureLoaded();
            using var scope = NewDisposeScope();
            using var file = Checkpoint.Open(path);
            return file.Content is CheckpointTensor stored
                ? (stored.Shape, values ? MemoryMarshal.Cast<byte, float>(stored.Read().to(ScalarType.Float32).contiguous().bytes).ToArray() : default)
                : throw new GalleryException(_path, $"'{path}' does not hold a bare tensor, so it is not an embedding.");
        }
        catch (Exception error) when (error is CheckpointException or IOException or UnauthorizedAccessException)
        {
            throw new GalleryException(_path, (error as CheckpointException)?.Reason ?? error.Message, error);
        }
    }
}

/// <summary>One item of an <see cref="EmbeddingFolder"/>, perhaps damaged.</summary>
/// <param name="Id">The item; null if it cannot be read.</param>
/// <param name="File">The file that holds it.</param>
/// <param name="Damage">What is wrong with it, as far as known without reading its values; null if nothing.</param>
/// <param name="Read">
/// Reads its shape and, when asked to, its values: [F, Q, D] of a store; of a file [D], [Q, D], [F, D] or [F, Q, D], or any other shape found.
/// Throws <see cref="GalleryException"/> when it is damaged or no tensor.
/// </param>
internal sealed record EmbeddingItem(MediaId? Id, string File, string? Damage, Func<bool, (IReadOnlyList<long> Shape, ReadOnlyMemory<float> Values)> Read);
