using System.Runtime.CompilerServices;
using CoVR.Modeling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR;

/// <summary>Keeps embeddings as the Python reference does: one tensor file for each item, <c>{folder}/{id}.pth</c>.</summary>
/// <remarks>
/// <para>Files that the reference wrote are read, and ours are read by the reference's <c>torch.load</c>. They are written
/// beside their place, flushed and renamed, so that a file is there whole or not at all; several workers may write into one tree.</para>
/// <para>The reference says nowhere what made its files. We do, in <c>covr-tree.json</c>, when the first item goes into an
/// empty tree; a tree without that file is trusted as far as the shapes agree. An item that another process adds is seen at
/// once by identity; <see cref="Count"/> and <see cref="ReadAllAsync"/> know those that were there when the tree was first
/// listed, and what was asked for or written since. Safe for use from several threads.</para>
/// </remarks>
public sealed class PthTreeEmbeddingStore : IEmbeddingStore, IFailureMemory
{
    internal const string ManifestName = "covr-tree.json";
    internal const string FormatName = "covr-pth-tree";
    private const string FailuresName = "failures";

    private readonly string _folder;
    private readonly PthTreeOptions _options;
    private readonly FailureFile _failures;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Lazy<OrderedDictionary<MediaId, string>> _files;
    private bool _established; // that the tree's manifest was looked at, or written, before the first write

    /// <summary>Opens a tree, or plans a new one: nothing is written before the first item.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="fingerprint">What makes the embeddings; must be that of the tree, where it is known.</param>
    /// <param name="options">What the files hold and how they are found; null for videos by path.</param>
    /// <param name="logger">Told when a tree is taken on trust; may be null.</param>
    /// <exception cref="EmbeddingStoreException">The tree belongs to another model.</exception>
    public PthTreeEmbeddingStore(string directory, EmbeddingFingerprint fingerprint, PthTreeOptions? options = null, ILogger<PthTreeEmbeddingStore>? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentNullException.ThrowIfNull(fingerprint);
        _folder = Path.GetFullPath(directory);
        _options = options ?? new PthTreeOptions();
        _failures = new FailureFile(Path.Combine(_folder, $"{FailuresName}-{Environment.MachineName}-{Environment.ProcessId}.jsonl"));
        _logger = logger ?? NullLogger<PthTreeEmbeddingStore>.Instance;
        Fingerprint = fingerprint;
        _files = new Lazy<OrderedDictionary<MediaId, string>>(List);
        StoreManifest.RequireSame(_folder, ManifestPath, Fingerprint, FormatName);
    }

    /// <inheritdoc/>
    public EmbeddingFingerprint Fingerprint { get; }

    /// <inheritdoc/>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _files.Value.Count;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>True for trees of the Python repository, which have no manifest.</remarks>
    public bool IsFingerprintAssumed => !File.Exists(ManifestPath) && Count > 0;

    private string ManifestPath => Path.Combine(_folder, ManifestName);

    /// <summary>Opens a tree that holds embeddings already, whatever made them; to read, not to go on with.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="options">What the files hold and how they are found; null for videos by path.</param>
    /// <param name="logger">May be null.</param>
    /// <returns>The store. The fingerprint of a tree that Python made is that of its first file's shape, and of a model <c>unknown</c>.</returns>
    /// <exception cref="EmbeddingStoreException">There is no embedding in the folder.</exception>
    public static PthTreeEmbeddingStore OpenExisting(string directory, PthTreeOptions? options = null, ILogger<PthTreeEmbeddingStore>? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        var folder = Path.GetFullPath(directory);
        var fingerprint = StoreManifest.Read(folder, Path.Combine(folder, ManifestName), FormatName)?.Fingerprint
            ?? PthTensor.FindShape(folder, (options ?? new PthTreeOptions()).Media)
            ?? throw new EmbeddingStoreException(folder, "there is no embedding in the folder.");
        return new PthTreeEmbeddingStore(folder, fingerprint, options, logger);
    }

    /// <inheritdoc/>
    /// <remarks>A file that is there counts, even when it turns out damaged on reading.</remarks>
    public ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Find(id) is not null);
    }

    /// <inheritdoc/>
    /// <exception cref="EmbeddingStoreException">The shape is another one, or the tree belongs to another model by now.</exception>
    /// <exception cref="IOException">The disk is full or fails; nothing of the item is kept.</exception>
    public async ValueTask WriteAsync(MediaId id, EmbeddingSet item, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StoredShape.Require(_folder, Fingerprint, id, item);
        if (_options.Media == PthTreeMedia.Pictures && item.Frames != 1)
        {
            throw new EmbeddingStoreException(_folder, $"'{id}' has {item.Frames} frames, and a tree of pictures holds one.");
        }

        if (!IsAllowed(id))
        {
            throw new EmbeddingStoreException(_folder, $"'{id}' is no file name, and items of this tree are found by their file's name.");
        }

        await Task.Run(() => Write(id, item), CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<EmbeddingSet?> ReadAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Find(id) is { } path ? Read(id, path) : null);
    }

    /// <inheritdoc/>
    /// <remarks>Items that were there at the first listing come first, by identity.</remarks>
    public async IAsyncEnumerable<KeyValuePair<MediaId, EmbeddingSet>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        KeyValuePair<MediaId, string>[] files;
        lock (_gate)
        {
            files = [.. _files.Value];
        }

        foreach (var (id, path) in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return KeyValuePair.Create(id, Read(id, path));
        }
    }

    /// <inheritdoc/>
    public ValueTask RememberAsync(RememberedFailure failure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(failure);
        cancellationToken.ThrowIfCancellationRequested();
        _failures.Append(failure);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<MediaId, RememberedFailure>> RecallAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Directory.Exists(_folder)
            ? FailureFile.Read(Directory.EnumerateFiles(_folder, $"{FailuresName}-*.jsonl"))
            : new Dictionary<MediaId, RememberedFailure>());
    }

    private void Write(MediaId id, EmbeddingSet item)
    {
        Establish();
        var path = Find(id) ?? Path.Combine(_folder, PthTreePaths.ToRelative(id));
        PthTensor.Write(path, item, _options.Media);
        lock (_gate)
        {
            _files.Value[id] = path;
        }
    }

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
                StoreManifest.Establish(_folder, ManifestPath, Fingerprint, FormatName);
            }
            else if (!StoreManifest.RequireSame(_folder, ManifestPath, Fingerprint, FormatName))
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
            return PthTensor.Read(_folder, path, Fingerprint, _options.Media);
        }
        catch (Exception error) when (error is CheckpointException or IOException)
        {
            throw new EmbeddingStoreException(_folder, $"the file of '{id}' cannot be read: {error.Message} Delete it and embed the item again.", error);
        }
    }

    private OrderedDictionary<MediaId, string> List()
    {
        var files = new OrderedDictionary<MediaId, string>();
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
